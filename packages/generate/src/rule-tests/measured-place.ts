import { type Config, durationSeconds, type Kpi, names } from '@mnemoscope/kpi'
import { is, select } from '../promql.js'
import { type RuleTest, type SeriesValue, seriesValues } from './rule-test.js'
import type { TestPlace } from './test-place.js'
import { exposed, type Phase } from './traffic.js'

/** A place that a service measures in a test, its clock counted in scrapes. */
export interface MeasuredPlace {
  readonly title: string
  readonly kpi: Kpi
  /** Selector of one of the KPI's recorded series at this place. */
  readonly recorded: (name: string) => string
  /** Seconds between two evaluations, and scrapes that as much as one of them holds. */
  readonly evaluation: number
  readonly scrapesAnEvaluation: number
  /** Scrapes that a duration lasts. */
  readonly scrapes: (duration: string) => number
  /** Seconds into the test by which the rules have seen a scrape. */
  readonly seen: (scrape: number) => number
  /** Series of the KPI while the service lives through phases. */
  readonly exposed: (phases: readonly Phase[]) => Record<string, string>
  /** Series by which Prometheus knows the target: whether it answers (1 or 0), and when its process began, in seconds. */
  readonly target: (answers: readonly SeriesValue[], began: number) => Record<string, string>
  readonly test: (
    what: string,
    series: Record<string, string>,
    expectations: RuleTest['expectations'],
  ) => RuleTest
}

/** A place of a KPI in a service that is scraped and judged as the configuration says. */
export function measuredPlace(config: Config, { title, place, kpi }: TestPlace): MeasuredPlace {
  const scrape = durationSeconds(config.scrapeInterval)
  const evaluation = durationSeconds(config.alertCheckInterval)
  const labels = {
    job: 'memory',
    model: place.model,
    context_size: place.contextSize,
    operation: place.operation,
  }
  const target = { job: 'memory', instance: 'memory:9464' }
  const matchers = (of: object) => Object.entries(of).map(([label, value]) => is(label, String(value)))
  return {
    title,
    kpi,
    recorded: (name) => select(name, matchers(labels)),
    evaluation,
    scrapesAnEvaluation: Math.ceil(evaluation / scrape),
    scrapes: (duration) => Math.ceil(durationSeconds(duration) / scrape),
    seen: (index) => Math.ceil((index * scrape) / evaluation) * evaluation,
    exposed: (phases) => exposed(kpi, { ...labels, instance: target.instance }, phases),
    target: (answers, began) => ({
      [select('up', matchers(target))]: seriesValues(answers),
      [select(names.processStart, matchers(target))]: seriesValues(
        answers.map((answer) => (typeof answer === 'number' ? began : answer)),
      ),
      [select(names.instrumentationMetric.overflows, matchers(target))]: seriesValues(
        answers.map((answer) => (typeof answer === 'number' ? 0 : answer)),
      ),
    }),
    test: (what, series, expectations) => ({
      name: `${kpi.id}, ${title}: ${what}`,
      interval: scrape,
      series,
      expectations,
    }),
  }
}
