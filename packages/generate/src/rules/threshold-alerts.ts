import {
  type Config,
  inUnit,
  type Kpi,
  names,
  type ThresholdSeverity,
  thresholdSeverities,
} from '@mnemoscope/kpi'
import { links } from '../annotations.js'
import { humanized, literally } from '../humanize.js'
import { partition } from '../region.js'
import type { AlertRule } from '../rule.js'
import { breachExpression } from './breach-expression.js'

/**
 * A KPI's alerts, the worst level first: within a group rules run in order, so the alert that inhibits is known
 * before those it inhibits. One rule for a level, and one more for every override that changes it.
 */
export function thresholdAlerts(config: Config, kpi: Kpi): AlertRule[] {
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
    summary: `${literally(kpi.title)} of {{ $labels.model }} in {{ $labels.job }} has reached ${severity.toUpperCase()}`,
    description: `${literally(kpi.title)} (${kpi.statistic}) of {{ $labels.model }} at context size {{ $labels.context_size }} ${state}.`,
    value: '{{ $value }}',
    threshold: String(threshold),
    ...links(config, kpi.runbook, kpi),
  }
}
