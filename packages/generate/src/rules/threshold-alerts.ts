import { type Config, type Kpi, names, type ThresholdSeverity, thresholdSeverities } from '@mnemoscope/kpi'
import { humanized, inUnit } from '../humanize.js'
import { filter } from '../promql.js'
import { partition, within } from '../region.js'
import type { AlertRule } from '../rule.js'

/**
 * A KPI's alerts, the worst level first: within a group rules run in order, so the alert that inhibits is known
 * before those it inhibits. One rule for a level, and one more for every threshold that overrides change.
 */
export function thresholdAlerts(config: Config, kpi: Kpi): AlertRule[] {
  return thresholdSeverities.toReversed().flatMap((severity) =>
    partition(kpi, kpi.thresholds[severity], (override) => override.thresholds[severity]).flatMap(
      ({ value: threshold, region }) => {
        if (threshold === undefined) return []
        const operator = kpi.direction === 'higher_is_better' ? '<=' : '>='
        const current = within(names.recordedSeries.current(kpi), region)
        return [
          {
            alert: names.alertName(kpi, severity),
            expr: filter(region.except.length > 0 ? `(${current})` : current, operator, threshold),
            for: kpi.for,
            labels: { [names.label.severity]: severity, [names.label.kpi]: kpi.id },
            annotations: annotations(config, kpi, severity, threshold),
          },
        ]
      },
    ),
  )
}

function annotations(
  config: Config,
  kpi: Kpi,
  severity: ThresholdSeverity,
  threshold: number,
): Record<string, string> {
  const side = kpi.direction === 'higher_is_better' ? 'at or below' : 'at or above'
  return {
    summary: `${kpi.title} of {{ $labels.model }} in {{ $labels.job }} has reached ${severity.toUpperCase()}`,
    description:
      `${kpi.title} (${kpi.statistic}) of {{ $labels.model }} at context size {{ $labels.context_size }} is ` +
      `${humanized(kpi.unit)}, ${side} the ${severity} threshold of ${inUnit(threshold, kpi.unit)}.`,
    value: '{{ $value }}',
    threshold: String(threshold),
    runbook_url: config.alerting.runbookBaseUrl + kpi.runbook,
  }
}
