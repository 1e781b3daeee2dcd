import { type Kpi, names } from '@mnemoscope/kpi'
import { aggregate, filter, over, select } from '../promql.js'
import type { RecordingRule } from '../rule.js'
import { windowsOf } from './tiers.js'

/** What a gauge KPI records for each window: readings, their mean and, where it is judged, their maximum over window and instances. */
export function gaugeRules(kpi: Kpi): RecordingRule[] {
  const readings = select(names.metricName(kpi))
  return windowsOf(kpi).flatMap(({ window, statistics }) => [
    {
      record: names.recordedSeries.windowed(kpi, 'count', window),
      expr: aggregate('sum', names.seriesLabels, over('count_over_time', readings, window)),
    },
    ...[...new Set([...statistics, 'mean'] as const)].map((statistic) => {
      const operator = statistic === 'max' ? 'max' : 'avg'
      const value = aggregate(operator, names.seriesLabels, over(`${operator}_over_time`, readings, window))
      // A reading that is NaN or infinite gives no value, rather than a wrong one.
      return {
        record: names.recordedSeries.windowed(kpi, statistic, window),
        expr: filter(value, '<', Number.POSITIVE_INFINITY),
      }
    }),
  ])
}
