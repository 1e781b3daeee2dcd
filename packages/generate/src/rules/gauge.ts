import { type Kpi, names } from '@mnemoscope/kpi'
import { aggregate, over, select } from '../promql.js'
import type { RecordingRule } from '../rule.js'
import { windowsOf } from './windows.js'

/** What a gauge KPI records for each window: readings, and their maximum or mean over window and instances. */
export function gaugeRules(kpi: Kpi): RecordingRule[] {
  const readings = select(names.metricName(kpi))
  const operator = kpi.statistic === 'max' ? 'max' : 'avg'
  return windowsOf(kpi).flatMap(({ window }) => [
    {
      record: names.recordedSeries.windowed(kpi, 'count', window),
      expr: aggregate('sum', names.seriesLabels, over('count_over_time', readings, window)),
    },
    {
      record: names.recordedSeries.windowed(kpi, kpi.statistic, window),
      expr: aggregate(operator, names.seriesLabels, over(`${operator}_over_time`, readings, window)),
    },
  ])
}
