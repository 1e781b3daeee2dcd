import { type Kpi, names, type Outcomes } from '@mnemoscope/kpi'
import { bracket, filter, isOneOf, select } from '../promql.js'
import type { RecordingRule } from '../rule.js'
import { counted, newbornRule } from './counted.js'
import { windowsOf } from './tiers.js'

/** What a counter KPI records for each window: attempts that count, and the share of them with a counted outcome. */
export function ratioRules(kpi: Kpi, outcomes: Outcomes): RecordingRule[] {
  return windowsOf(kpi).flatMap(({ window }) => {
    const count = names.recordedSeries.windowed(kpi, 'count', window)
    const occurred = (values: readonly string[]) => outcomesCounted(kpi, outcomes, values, window)
    // Where no counted outcome was ever seen its series may not exist: that is a share of 0.
    const hits = `${occurred(outcomes.counted)} or 0 * ${count}`
    return [
      newbornRule(kpi, names.metricName(kpi), window),
      { record: count, expr: occurred([...outcomes.counted, ...outcomes.others]) },
      {
        record: names.recordedSeries.windowed(kpi, 'ratio', window),
        expr: `${bracket(hits)} / ${bracket(filter(count, '>', 0))}`,
      },
    ]
  })
}

/** How often any of these outcomes came about in a window. */
export function outcomesCounted(
  kpi: Kpi,
  { label }: Outcomes,
  values: readonly string[],
  window: string,
): string {
  const these = [isOneOf(label, values)]
  const newborn = select(names.recordedSeries.newborn(kpi, window), these)
  return counted(select(names.metricName(kpi), these), newborn, window, names.seriesLabels)
}
