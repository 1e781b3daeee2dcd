import { durationSeconds, type Kpi, names } from '@mnemoscope/kpi'
import { aggregate, ago, and, bracket, filter, indent, or, over, select, unless } from '../promql.js'
import type { RecordingRule } from '../rule.js'

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
