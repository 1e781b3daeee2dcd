import { type Config, durationSeconds, durationText, type Kpi, names, readingLasts } from '@mnemoscope/kpi'
import { aggregate, bracket, filter, or, over } from '../promql.js'
import type { RecordingRule } from '../rule.js'

/**
 * A gauge is judged by its newest reading, of several instances by the worst. What was read is certain, so the least and
 * the most that it may be are the same. It ends some scrapes after its series.
 */
export function gaugeRules(
  { scrapeInterval, alertCheckInterval }: Pick<Config, 'scrapeInterval' | 'alertCheckInterval'>,
  kpi: Kpi,
): RecordingRule[] {
  const metric = names.metricName(kpi)
  const seconds = readingLasts({
    scrapeInterval: durationSeconds(scrapeInterval),
    evaluationInterval: durationSeconds(alertCheckInterval),
  })
  // Whatever its scraper's interval is, a series that goes on has a sample; one that has ended is looked for in the past.
  const readings = bracket(or([metric, over('last_over_time', metric, durationText(seconds))]))
  const worst = aggregate(kpi.direction === 'higher_is_better' ? 'min' : 'max', names.seriesLabels, readings)
  const current = names.recordedSeries.current(kpi)
  return [
    // A reading that is NaN or infinite gives no value, rather than a wrong one.
    {
      record: current,
      expr: filter(filter(worst, '<', Number.POSITIVE_INFINITY), '>', Number.NEGATIVE_INFINITY),
    },
    { record: names.judgeSeries.high(kpi), expr: current },
    { record: names.judgeSeries.low(kpi), expr: current },
  ]
}
