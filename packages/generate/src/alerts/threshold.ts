import {
  type Config,
  inUnit,
  type Kpi,
  names,
  resolveThreshold,
  type ThresholdSeverity,
  thresholdSeverities,
} from '@mnemoscope/kpi'
import { artificialTrafficNote, humanized, links, literally, modelAndOperation } from '../annotations.js'
import { and, bracket, filter, is, number, or, select, unless } from '../promql.js'
import { partition, type Region, within } from '../region.js'
import type { AlertRule } from '../rule.js'
import type { KpiAlertKind, SettingPath } from './alert-kind.js'
import { lifecycleTests, thresholdTests } from './threshold-tests.js'

/** The value is at or beyond a threshold. */
export const threshold: KpiAlertKind = {
  alerts: (kpi) =>
    thresholdSeverities.map((severity) => ({ name: names.alertName(kpi, severity), severity })),
  runbook: (kpi) => kpi.runbook,
  rules: thresholdAlerts,
  tests: (config, kpi) => [...thresholdTests(config, kpi), ...lifecycleTests(config, kpi)],
  judged: (kpi) => ({ expression: names.recordedSeries.current(kpi), unit: kpi.unit, worst: worstSide(kpi) }),
  settings: (kpi, { severity }, annotated) => {
    const level = thresholdSeverities.find((each) => each === severity)
    if (level === undefined || annotated === undefined) return []
    const own = ['kpis', kpi.id]
    const all: { path: SettingPath; value: number | undefined }[] = [
      { path: [...own, 'thresholds', level], value: kpi.thresholds[level] },
      ...kpi.overrides.map(({ thresholds }, i) => ({
        path: [...own, 'overrides', i, 'thresholds', level],
        value: thresholds?.[level],
      })),
    ]
    return all.filter(({ value }) => value === Number(annotated)).map(({ path }) => path)
  },
}

/** Which end of a KPI's values is the worst. */
export function worstSide({ direction }: Pick<Kpi, 'direction'>): 'lowest' | 'highest' {
  return direction === 'higher_is_better' ? 'lowest' : 'highest'
}

/**
 * A KPI's alerts, the worst level first: within a group rules run in order, so the alert that inhibits is known
 * before those it inhibits. One rule for a level, and one more for every override that changes it.
 */
function thresholdAlerts(config: Config, kpi: Kpi): AlertRule[] {
  return thresholdSeverities.toReversed().flatMap((severity) => {
    const settingsOf = ({ thresholds, statistic, hysteresis, noData, keepFiringFor, ...there }: Kpi) => ({
      ...{ threshold: thresholds[severity], statistic, hysteresis, noData, keepFiringFor },
      for: there.for,
    })
    return partition(kpi, settingsOf).flatMap(
      ({ value: { threshold, ...settings }, region }): AlertRule[] => {
        if (threshold === undefined) return []
        const there = { ...kpi, ...settings }
        const alert = names.alertName(kpi, severity)
        return [
          {
            alert,
            expr: breachExpression(there, alert, threshold, region),
            for: settings.for,
            keep_firing_for: settings.keepFiringFor,
            labels: { [names.label.severity]: severity, [names.label.kpi]: kpi.id },
            annotations: annotations(config, there, severity, threshold),
          },
        ]
      },
    )
  })
}

function annotations(
  config: Config,
  kpi: Kpi,
  severity: ThresholdSeverity,
  threshold: number,
): Record<string, string> {
  const side = kpi.direction === 'higher_is_better' ? 'at or below' : 'at or above'
  const breach = `is ${humanized(kpi.unit)}, ${side} the ${severity} threshold of ${inUnit(threshold, kpi.unit)}`
  const state =
    kpi.noData === 'breach'
      ? `{{ if eq (printf "%f" $value) "NaN" }}has no data, which counts as a breach{{ else }}${breach}{{ end }}`
      : breach
  return {
    summary: `${literally(kpi.title)} of ${modelAndOperation} in {{ $labels.job }} has reached ${severity.toUpperCase()}`,
    description: `${literally(kpi.title)} (${kpi.statistic}) of ${modelAndOperation} at context size {{ $labels.context_size }} ${state}.${artificialTrafficNote}`,
    value: '{{ $value }}',
    threshold: String(threshold),
    ...links(config, kpi.runbook, kpi),
  }
}

/**
 * When an alert fires: the value is at or beyond its threshold; or it did fire and has not yet recovered by the
 * hysteresis, as its own series in `ALERTS` shows (so after a restart, too). A place without data fires where
 * `noData` is `breach`, with the value NaN.
 * @param kpi as it is in the region
 */
function breachExpression(kpi: Kpi, alertname: string, threshold: number, region: Region): string {
  const operator = kpi.direction === 'higher_is_better' ? '<=' : '>='
  const { current, last } = names.recordedSeries
  const value = within(kpi.noData === 'last' ? last(kpi) : current(kpi), region)
  const breaching = filter(value, operator, threshold)

  const arms = [breaching]
  const resolve = resolveThreshold(kpi, threshold)
  if (resolve !== threshold) {
    const firing = select('ALERTS', [is('alertname', alertname), is('alertstate', 'firing')])
    arms.push(and(filter(value, operator, resolve), firing, names.seriesLabels))
  }
  if (kpi.noData === 'breach') {
    arms.push(`${bracket(unless(within(last(kpi), region), current(kpi)))} * ${number(Number.NaN)}`)
  }
  return arms.length === 1 ? breaching : or(arms)
}
