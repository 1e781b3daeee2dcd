import { type Config, type Kpi, names } from '@mnemoscope/kpi'
import { aggregate, and, bracket, indent, is, isOneOf, type Matcher, or, select, unless } from '../promql.js'
import type { RecordingRule } from '../rule.js'
import { type Counter, countersOf, newest, selectorOf } from './counting.js'

const { job, instance } = names.label
const part = names.counterPart

/**
 * The newest samples of all counters, after those that the last evaluation saw: before all other rules, which read nothing
 * that is scraped.
 * @param parts what is read beside the operations of the KPI
 */
export function newestRules(
  config: Pick<Config, 'services'>,
  kpi: Kpi,
  parts: readonly Counter[],
): RecordingRule[] {
  const { newest: record, seen } = names.judgeSeries
  const { count } = countersOf(kpi)
  const begun = `label_replace(${startsOfOwn(config, kpi, count)}, "${part}", "start", "", "")`
  // What was there before an outage of the evaluator, or of an instance's scrapes. A series that is gone while its instance
  // is scraped was not seen: when it comes back, all that it counts is new.
  const ofOutage = unless(newest(record(kpi)), record(kpi), [job, instance])
  return [
    { record: seen(kpi), expr: or([record(kpi), ofOutage]) },
    { record: record(kpi), expr: or([partsOf(kpi, [count, ...parts]), begun]) },
  ]
}

/**
 * When each process began that is a configured service, has the instrumentation or this counter. A Prometheus may scrape
 * thousands of others. Of a KPI with a source, those of the instrumentation, and of others what was copied with their
 * counters: a newer start would make operations of the old process those of the new one.
 */
function startsOfOwn({ services }: Pick<Config, 'services'>, kpi: Kpi, count: Counter): string {
  const instrumented = newest(names.instrumentationMetric.overflows)
  const having = (signs: string) => and(newest(names.processStart), `(\n${indent(signs)}\n)`, [job, instance])
  const byInstance = (starts: string) => aggregate('max', [job, instance], `\n${indent(starts)}\n`)
  if (kpi.source !== undefined) {
    const copied = newest(select(names.judgeSeries.source(kpi), [is(part, 'start')]))
    const bySource = aggregate('max', [job, instance, names.sourceVersion], copied)
    return bracket(or([bySource, byInstance(having(instrumented))], [job, instance]))
  }
  const measuring = having(or([instrumented, newest(selectorOf(count))]))
  const serviceNames = services.map(({ name }) => name)
  const configured = newest(select(names.processStart, [isOneOf(job, serviceNames)]))
  return byInstance(serviceNames.length === 0 ? measuring : or([configured, measuring]))
}

/** Counters of one KPI in one selection, each with its part. */
function partsOf(kpi: Kpi, counters: readonly Counter[]): string {
  const [count] = counters as readonly [Counter, ...Counter[]]
  if (counters.length === 1) return `label_replace(${newest(selectorOf(count))}, "${part}", "count", "", "")`
  const name = names.metricName(kpi)
  const matchers = counters.flatMap((counter) => counter.matchers ?? [])
  // A matcher of buckets has to let series without the label pass.
  const narrowed = matchers.map(
    ({ label, operator, value }): Matcher => ({
      label,
      operator: '=~',
      value: `(?:${operator === '=~' ? value : value.replaceAll(/[.+]/g, '\\$&')})?`,
    }),
  )
  const whats = counters.map(({ what }) => what)
  const all = { label: '__name__', operator: '=~', value: `${name}_(?:${whats.join('|')})` } as const
  return `label_replace(${newest(select('', [all, ...narrowed]))}, "${part}", "$1", "__name__", "${name}_(.*)")`
}
