import { durationSeconds, type Kpi, names } from '@mnemoscope/kpi'
import { aggregate, ago, and, bracket, filter, or, over, unless } from '../promql.js'
import type { RecordingRule } from '../rule.js'

const { job, instance } = names.label

/**
 * By how much counters grew in a window, summed by labels. Prometheus' own `increase` is blind to what a series had
 * counted before it was first scraped, so three bad operations that arrive with a new model would be no operations.
 * A series that was not there a window ago and belongs to a newborn target began at zero: all it shows was counted
 * since. Everything else is `increase`, which knows counters that restart.
 */
export function counted(kpi: Kpi, selector: string, window: string, by: readonly string[]): string {
  const appeared = and(unless(selector, ago(selector, window)), names.recordedSeries.newborn(kpi, window), [
    job,
    instance,
  ])
  return aggregate('sum', by, `\n${indented(or([appeared, over('increase', selector, window)]))}\n`)
}

/**
 * Targets whose new series began at zero: the process itself began within the window, or it was there a window ago
 * and answered without that series. After an outage of the scrape neither is so, and old counts stay uncounted.
 */
export function newbornRule(kpi: Kpi, window: string): RecordingRule {
  const age = `time() - ${names.processStart}`
  const young = filter(bracket(age), '<', durationSeconds(window))
  const answered = filter(ago('up', window), '==', 1)
  return {
    record: names.recordedSeries.newborn(kpi, window),
    expr: aggregate('max', [job, instance], `\n${indented(or([young, answered]))}\n`),
  }
}

function indented(expression: string): string {
  return expression
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')
}
