import {
  type Config,
  comparedThreshold,
  inUnit,
  isQuantile,
  type Kpi,
  names,
  shareSettings,
  type ThresholdSeverity,
  thresholdSeverities,
} from '@mnemoscope/kpi'
import { artificialTrafficNote, humanized, links, literally, modelAndOperation } from '../annotations.js'
import { messageAnnotations } from '../message-annotations.js'
import { and, bracket, filter, indent, number, or, unless } from '../promql.js'
import { ofLevel } from '../recording/share-memory.js'
import { partition, type Region, within } from '../region.js'
import type { AlertRule } from '../rule.js'
import type { KpiAlertKind, SettingPath } from './alert-kind.js'
import { firingAlerts } from './firing.js'
import { lifecycleTests, thresholdTests } from './threshold-tests.js'

/** The value is at or beyond a threshold. */
export const threshold: KpiAlertKind = {
  alerts: (kpi) =>
    thresholdSeverities.map((severity) => ({ name: names.alertName(kpi, severity), severity })),
  runbook: (kpi) => kpi.runbook,
  rules: thresholdAlerts,
  tests: (config, kpi) => [...thresholdTests(config, kpi), ...lifecycleTests(config, kpi)],
  judged: (kpi) => ({
    expression: names.recordedSeries.current(kpi),
    unit: kpi.unit,
    worst: worstSide(kpi),
    evidenceOf: kpi,
  }),
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
    const settingsOf = ({ thresholds, statistic, noData, keepFiringFor, expiry, ...there }: Kpi) => ({
      ...{ threshold: thresholds[severity], statistic, noData, keepFiringFor, expiry },
      for: there.for,
    })
    return partition(kpi, settingsOf).flatMap(
      ({ value: { threshold, ...settings }, region }): AlertRule[] => {
        if (threshold === undefined) return []
        const there = { ...kpi, ...settings }
        return [
          {
            alert: names.alertName(kpi, severity),
            expr: breachExpression(there, severity, threshold, region),
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
  const breach = `is ${humanized(kpi)}; its ${severity} threshold is ${inUnit(threshold, kpi.unit)}`
  const state =
    kpi.noData === 'breach'
      ? `{{ if eq (printf "%f" $value) "NaN" }}has no data, which counts as a breach{{ else }}${breach}{{ end }}`
      : breach
  return {
    summary: `${literally(kpi.title)} of ${modelAndOperation} in {{ $labels.job }} has reached ${severity.toUpperCase()}`,
    description: `${literally(kpi.title)} (${kpi.statistic}) of ${modelAndOperation} at context size {{ $labels.context_size }} ${state}.${artificialTrafficNote}`,
    value: '{{ $value }}',
    threshold: String(threshold),
    ...messageAnnotations(config, kpi, severity, threshold),
    ...links(config, kpi.runbook, kpi),
  }
}

/**
 * When an alert fires: all that the value may be is at or beyond its threshold. It goes on until all that the value may
 * be is better, as its own series in `ALERTS` shows (so after a restart, too). A place without data fires where `noData`
 * is `breach`, with the value NaN.
 * @param kpi as it is in the region
 */
function breachExpression(kpi: Kpi, severity: ThresholdSeverity, threshold: number, region: Region): string {
  const { current, last } = names.recordedSeries
  const firing = firingAlerts(kpi, [severity])
  const goesOn = (condition: string) => bracket(and(condition, firing, names.seriesLabels))
  const arms = isQuantile(kpi.statistic)
    ? shareArms(kpi, severity, threshold, region, goesOn)
    : meanArms(kpi, threshold, region, goesOn)
  if (kpi.noData === 'breach') {
    arms.push(`${bracket(unless(within(last(kpi), region), current(kpi)))} * ${number(Number.NaN)}`)
  }
  const [first = ''] = arms
  return arms.length === 1 ? first : or(arms, names.seriesLabels)
}

function meanArms(
  kpi: Kpi,
  threshold: number,
  region: Region,
  goesOn: (condition: string) => string,
): string[] {
  const { high, low, near, nearCurrent } = names.judgeSeries
  const limit = Number(comparedThreshold(threshold, kpi.direction).toPrecision(12))
  const isHigher = kpi.direction === 'higher_is_better'
  const beyond = (name: string) => filter(within(name, region), isHigher ? '<=' : '>=', limit)
  const [surest, least] = isHigher ? [high(kpi), low(kpi)] : [low(kpi), high(kpi)]
  if (kpi.instrument === 'gauge') return [beyond(names.recordedSeries.current(kpi))]
  // Where the newest operations prove a breach before the value shows it, they are the value.
  const value = bracket(or([beyond(nearCurrent(kpi)), within(near(kpi), region)]))
  return [and(value, bracket(beyond(surest))), and(within(nearCurrent(kpi), region), goesOn(beyond(least)))]
}

/** A quantile is beyond its threshold where more operations than it allows are. */
function shareArms(
  kpi: Kpi,
  severity: ThresholdSeverity,
  threshold: number,
  region: Region,
  goesOn: (condition: string) => string,
): string[] {
  const { beyond: added, high, low, nearCurrent } = names.judgeSeries
  const current = within(nearCurrent(kpi), region)
  const allowed = Number(comparedThreshold(shareSettings(kpi).allowed, 'lower_is_better').toPrecision(12))
  const beyond = (name: string) => filter(within(name, ofLevel(region, severity)), '>=', allowed)
  // The value is recorded with snapshots: an alert neither waits for it, nor shows one from before the breach.
  const isHigher = kpi.direction === 'higher_is_better'
  const clamp = isHigher ? 'clamp_max' : 'clamp_min'
  const value = `${clamp}(${current}, ${number(threshold)})`
  return [
    and(value, bracket(beyond(low(kpi))), names.seriesLabels),
    and(current, goesOn(beyond(high(kpi))), names.seriesLabels),
    `0 * (\n${indent(or([bracket(beyond(low(kpi))), goesOn(beyond(high(kpi)))]))}\n) + ${number(threshold)}`,
    // Without a bucket at the threshold's edge, as after a change of it until services restart, the value decides.
    unless(
      filter(
        within(names.recordedSeries.current(kpi), region),
        isHigher ? '<=' : '>=',
        Number(comparedThreshold(threshold, kpi.direction).toPrecision(12)),
      ),
      within(added(kpi), ofLevel(region, severity)),
      names.seriesLabels,
    ),
  ]
}
