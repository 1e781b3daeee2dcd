import { createHash } from 'node:crypto'
import {
  boundarySpellings,
  type Config,
  type Conversion,
  conversionOf,
  converted,
  type Kpi,
  type KpiSource,
  names,
  type SourceCondition,
  type SourceLabel,
  type SourceSelection,
} from '@mnemoscope/kpi'
import {
  aggregate,
  and,
  bracket,
  filter,
  is,
  isNoneOf,
  isOneOf,
  type Matcher,
  or,
  select,
  unless,
} from '../promql.js'
import type { RecordingRule, RuleGroup } from '../rule.js'

const { job, instance, model, operation, contextSize } = names.label
const part = names.counterPart

/** Holds a converted boundary until all are converted, so that none is converted twice. */
const convertedLabel = 'mnemoscope_le'

/**
 * Rules that make the series of a KPI from those of another program: with the names, labels and units that all other rules,
 * dashboards and the recorder read. They run as often as services are scraped, so each scrape is copied once.
 */
export function sourceGroups(config: Pick<Config, 'scrapeInterval' | 'services'>, kpi: Kpi): RuleGroup[] {
  if (kpi.source === undefined) return []
  return [
    {
      name: `mnemoscope_${kpi.id}_source`,
      interval: config.scrapeInterval,
      rules: sourceRules(config, kpi, kpi.source),
    },
  ]
}

function sourceRules({ services }: Pick<Config, 'services'>, kpi: Kpi, source: KpiSource): RecordingRule[] {
  const conversion = conversionOf(source.unit, kpi.unit) ?? { operator: '*', by: 1 }
  if (kpi.instrument === 'gauge') {
    return [{ record: names.metricName(kpi), expr: applied(conversion, labelled(read(source), source)) }]
  }
  return [
    { record: names.judgeSeries.source(kpi), expr: copied(services, kpi, source, conversion) },
    ...(kpi.instrument === 'counter'
      ? [{ record: names.metricName(kpi), expr: copyOf(kpi, 'count') }]
      : [
          { record: `${names.metricName(kpi)}_count`, expr: copyOf(kpi, 'count') },
          { record: `${names.metricName(kpi)}_sum`, expr: applied(conversion, copyOf(kpi, 'sum')) },
          { record: `${names.metricName(kpi)}_bucket`, expr: copyOf(kpi, 'bucket') },
        ]),
  ]
}

/** A gauge, or the value of an expression. */
function read({ promql, metric = '', where = {} }: KpiSource): string {
  return promql === undefined ? select(metric, conditions(where)) : bracket(`\n${promql}\n`)
}

/**
 * Tells the series of one source of a KPI from those of another, before an edit: with other labels or conditions, counters
 * that are old come as new ones, in an instance that was known.
 */
export function sourceHash({ source }: Pick<Kpi, 'source'>): string {
  return createHash('sha256')
    .update(JSON.stringify(source ?? null))
    .digest('hex')
    .slice(0, 8)
}

/**
 * The foreign counters with our labels, and when their processes began, by part: one rule, since a scrape between two would
 * give one of them other operations.
 */
function copied(services: Config['services'], kpi: Kpi, source: KpiSource, conversion: Conversion): string {
  const counters = kpi.instrument === 'counter' ? outcomes(kpi, source) : histogram(source, conversion)
  const begun = replaced(starts(services, kpi, source), part, 'start')
  return or([labelled(counters, source), replaced(begun, names.sourceVersion, sourceHash(kpi))])
}

/** Stands for the start of a process that does not say when it began: long ago, so that it is never young. */
const longAgo = 1e9

/**
 * When each process began that has the counters, as far as it says so. A configured service is known before it
 * has counted anything, so that its first operations are new ones.
 */
function starts(services: Config['services'], kpi: Kpi, source: KpiSource): string {
  const selections =
    kpi.instrument === 'counter'
      ? [source.counted, source.others].flatMap((each) => (each === undefined ? [] : [selected(each)]))
      : [select(`${source.metric}_count`, conditions(source.where ?? {}))]
  const counters = selections.length === 1 ? (selections[0] as string) : bracket(or(selections))
  const byInstance = (expression: string) => aggregate('max', [job, instance], expression)
  // Where the service is another label than the scrape job, the scraped process is not the one that counts.
  if (source.labels.service !== undefined)
    return bracket(`0 * ${byInstance(labelled(counters, source))} - ${longAgo}`)
  const answering = filter(
    select('up', [
      isOneOf(
        job,
        services.map(({ name }) => name),
      ),
    ]),
    '==',
    1,
  )
  const idle = unless(answering, names.instrumentationMetric.overflows, [job, instance])
  const there = byInstance(services.length === 0 ? counters : bracket(or([counters, idle])))
  return bracket(
    or([byInstance(and(names.processStart, there, [job, instance])), `0 * ${there} - ${longAgo}`]),
  )
}

function outcomes({ outcomes }: Kpi, { counted, others }: KpiSource): string {
  const of = (selection: SourceSelection | undefined, outcome: string | undefined) =>
    selection === undefined || outcome === undefined || outcomes === undefined
      ? []
      : [replaced(selected(selection), outcomes.label, outcome)]
  const both = [...of(counted, outcomes?.counted[0]), ...of(others, outcomes?.others[0])]
  return replaced(bracket(or(both)), part, 'count')
}

function histogram(source: KpiSource, conversion: Conversion): string {
  const { metric = '', where = {}, boundaries = [] } = source
  const isSame = conversion.by === 1
  const all: Matcher = { label: '__name__', operator: '=~', value: `${metric}_(?:count|sum|bucket)` }
  const known = [...boundaries.flatMap(boundarySpellings), '+Inf'].map(literal).join('|')
  // Other boundaries cannot be converted. Series without the label pass.
  const edges: Matcher[] = isSame ? [] : [{ label: 'le', operator: '=~', value: `(?:${known})?` }]
  const parts = `label_replace(${select('', [all, ...conditions(where), ...edges])}, "${part}", "$1", "__name__", "${metric}_(.*)")`
  return isSame ? parts : convertedBoundaries(parts, boundaries, conversion)
}

/** The label `le` in the KPI's unit. */
function convertedBoundaries(buckets: string, boundaries: readonly number[], conversion: Conversion): string {
  const each = boundaries.reduce(
    (expression, boundary) =>
      `label_replace(${expression}, "${convertedLabel}", "${converted(boundary, conversion)}", "le", ${quoted(
        boundarySpellings(boundary).map(literal).join('|'),
      )})`,
    buckets,
  )
  return replaced(`label_replace(${each}, "le", "$1", "${convertedLabel}", "(.+)")`, convertedLabel, '')
}

/** One part of what was copied, under the names of ours. */
function copyOf(kpi: Kpi, what: 'count' | 'sum' | 'bucket'): string {
  return replaced(select(names.judgeSeries.source(kpi), [is(part, what)]), part, '')
}

function applied({ operator, by }: Conversion, expression: string): string {
  return by === 1 ? expression : `${expression} ${operator} ${by}`
}

/** Series with the labels of ours. What does not tell its model or context size has an unknown one. */
function labelled(expression: string, { labels }: KpiSource): string {
  const named = ([target, from]: readonly [string, SourceLabel | undefined], of: string): string => {
    if (from === undefined || from === target) return of
    if (typeof from === 'object') return replaced(of, target, String(from.value))
    return `label_replace(${of}, "${target}", "$1", "${from}", "(.+)")`
  }
  const inJob =
    labels.service === undefined
      ? expression
      : `label_replace(${expression}, "${names.sourceJob}", "$1", "${job}", "(.*)")`
  const all = [
    [job, labels.service],
    [model, labels.model],
    [operation, labels.operation],
    [contextSize, labels.contextSize],
  ] as const
  return [model, contextSize].reduce(
    (of, label) => `label_replace(${of}, "${label}", "${names.standIn.unknown}", "${label}", "")`,
    all.reduce((of, each) => named(each, of), inJob),
  )
}

/** The same series with another value of a label. */
function replaced(expression: string, label: string, value: string): string {
  return `label_replace(${expression}, "${label}", ${quoted(value.replaceAll('$', '$$$$'))}, "", "")`
}

function selected({ metric, where }: SourceSelection): string {
  return select(metric, conditions(where))
}

function conditions(where: Readonly<Record<string, SourceCondition>>): Matcher[] {
  return Object.entries(where).map(([label, condition]) => {
    if (typeof condition === 'string') return is(label, condition)
    if (isList(condition)) return isOneOf(label, condition)
    const { not } = condition
    return isNoneOf(label, typeof not === 'string' ? [not] : not)
  })
}

function isList(condition: SourceCondition): condition is readonly string[] {
  return Array.isArray(condition)
}

const literal = (text: string) => text.replaceAll(/[.+]/g, '\\$&')
const quoted = (text: string) => JSON.stringify(text)
