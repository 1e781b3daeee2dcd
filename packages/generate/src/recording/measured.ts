import { durationSeconds, type Kpi, names, type Outcomes } from '@mnemoscope/kpi'
import { aggregate, ago, and, bracket, filter, indent, isOneOf, or, over, select, unless } from '../promql.js'
import type { RecordingRule } from '../rule.js'
import { windowsOf } from './tiers.js'

const { job, instance } = names.label

/**
 * By how much a counter KPI grew in a window, summed by labels. Prometheus' own `increase` is blind to what a series
 * had counted before it was first scraped, so three bad operations that arrive with a new model would be no
 * operations. A newborn series began at zero: all it shows was counted since. Everything else is `increase`, which
 * knows counters that restart.
 */
export function counted(selector: string, newborn: string, window: string, by: readonly string[]): string {
  return aggregate('sum', by, `\n${indent(or([newborn, over('increase', selector, window)]))}\n`)
}

/**
 * Series that were not there a window ago, of targets whose new series began at zero: the process itself began within
 * the window, or it was there a window ago and answered without that series. After an outage of the scrapes neither is
 * so, and old counts stay uncounted.
 * @param metric the counter, of a histogram its count, which stands for its sum and buckets too
 */
export function newbornRule(kpi: Kpi, metric: string, window: string): RecordingRule {
  const age = `time() - ${names.processStart}`
  const young = filter(bracket(age), '<', durationSeconds(window))
  const answered = filter(ago('up', window), '==', 1)
  const appeared = unless(select(metric), ago(select(metric), window))
  return {
    record: names.recordedSeries.newborn(kpi, window),
    expr: and(bracket(appeared), `(\n${indent(or([young, answered]))}\n)`, [job, instance]),
  }
}

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
