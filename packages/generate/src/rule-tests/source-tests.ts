import {
  type Config,
  type Conversion,
  conversionOf,
  converted,
  durationSeconds,
  type Kpi,
  type KpiSource,
  names,
  type SourceCondition,
  type SourceLabel,
  type SourceSelection,
} from '@mnemoscope/kpi'
import { is, over, select } from '../promql.js'
import { type Expectation, holds, type RuleTest, type SeriesValue, seriesValues } from './rule-test.js'

type Labels = Readonly<Record<string, string>>

const { job, instance, model, operation, contextSize } = names.label

/** How another program's operations are counted in a test: three before each scrape, a restart, then two before each. */
const before = 6
const after = 4
const [atOnce, atOnceAfter] = [3, 2]
const counted = before * atOnce + after * atOnceAfter

/**
 * A KPI of another program: its series become ours, with our labels and unit, and each operation counts once over a restart.
 * None for an expression, which can read anything.
 */
export function sourceTests(config: Config, kpi: Kpi): RuleTest[] {
  const { source } = kpi
  const conversion = source && conversionOf(source.unit, kpi.unit)
  if (source === undefined || conversion === undefined || source.promql !== undefined) return []
  const scrape = durationSeconds(config.scrapeInterval)
  const test = { kpi, source, conversion, end: (2 + before + after) * scrape, size: config.contextSizes[0] }
  const { series, expectations } =
    kpi.instrument === 'gauge' ? gauge(test) : kpi.instrument === 'counter' ? ratio(test) : distribution(test)
  return [
    {
      name: `${kpi.id}: what another program publishes becomes the KPI's, and each operation counts once`,
      interval: scrape,
      series: Object.fromEntries(series),
      expectations,
    },
  ]
}

interface Case {
  readonly kpi: Kpi
  readonly source: KpiSource
  readonly conversion: Conversion
  /** Seconds after the last scrape. */
  readonly end: number
  readonly size: number | undefined
}

interface Story {
  readonly series: [name: string, values: string][]
  readonly expectations: Expectation[]
}

function gauge({ kpi, source, conversion, end, size }: Case): Story {
  const labels = foreignLabels(source, source.where, size)
  const value = kpi.range.integer || conversion.operator === '*' ? 8_000 : 2_500
  const name = source.metric ?? ''
  return {
    series: [
      [seriesOf(name, labels), steady(value)],
      ...rejected(source, name, labels).map((each): [string, string] => [each, steady(9 * value)]),
    ],
    expectations: [equals(end, names.metricName(kpi), placeOf(source, labels), converted(value, conversion))],
  }
}

function ratio({ kpi, source, end, size }: Case): Story {
  const { counted: hit, others } = source
  if (hit === undefined || others === undefined || kpi.outcomes === undefined)
    return { series: [], expectations: [] }
  const {
    label,
    counted: [first = ''],
    others: [second = ''],
  } = kpi.outcomes
  const side = (selection: SourceSelection, outcome: string) => {
    const labels = foreignLabels(source, selection.where, size)
    return {
      series: [
        [seriesOf(selection.metric, labels), counts(1)] as [string, string],
        ...process(source, labels),
      ],
      expectations: [
        equals(
          end,
          names.metricName(kpi),
          { ...placeOf(source, labels), [label]: outcome },
          after * atOnceAfter,
        ),
        countsOnce(kpi, placeOf(source, labels), end, 2 * counted),
      ],
    }
  }
  const sides = [side(hit, first), side(others, second)]
  return {
    series: sides.flatMap(({ series }) => series),
    expectations: sides.flatMap(({ expectations }) => expectations),
  }
}

function distribution({ kpi, source, conversion, end, size }: Case): Story {
  const labels = foreignLabels(source, source.where, size)
  const { metric = '', boundaries = [] } = source
  const middle = boundaries[Math.floor(boundaries.length / 2)] as number
  const place = placeOf(source, labels)
  const name = names.metricName(kpi)
  const bucket = (le: number | string) => seriesOf(`${metric}_bucket`, { ...labels, le: String(le) })
  const held = (boundary: number) => (boundary >= middle ? 1 : 0)
  return {
    series: [
      [seriesOf(`${metric}_count`, labels), counts(1)],
      [seriesOf(`${metric}_sum`, labels), counts(middle)],
      ...boundaries.map((boundary): [string, string] => [bucket(boundary), counts(held(boundary))]),
      [bucket('+Inf'), counts(1)],
      ...process(source, labels),
      ...rejected(source, `${metric}_count`, labels).map((each): [string, string] => [each, counts(1)]),
    ],
    expectations: [
      equals(end, `${name}_count`, place, after * atOnceAfter),
      equals(end, `${name}_sum`, place, converted(after * atOnceAfter * middle, conversion)),
      ...boundaries.map((boundary) =>
        equals(
          end,
          `${name}_bucket`,
          { ...place, le: String(converted(boundary, conversion)) },
          held(boundary) * after * atOnceAfter,
        ),
      ),
      countsOnce(kpi, place, end, counted),
    ],
  }
}

/** What a counter shows at each scrape: nothing at first, three operations more each time, and two each after a restart. */
function counts(each: number): string {
  const values: SeriesValue[] = [0, 0]
  for (let i = 1; i <= before; i++) values.push(i * atOnce * each)
  for (let i = 1; i <= after + 1; i++) values.push(Math.min(i, after) * atOnceAfter * each)
  return seriesValues(values)
}

const steady = (value: number) => seriesValues(Array<number>(3 + before + after).fill(value))

/** When the process began that has these labels; it restarts once. */
function process({ labels: { service } }: KpiSource, labels: Labels): [string, string][] {
  if (service !== undefined) return []
  const target = { [job]: labels[job] ?? '', [instance]: labels[instance] ?? '' }
  const starts = [...Array<number>(2 + before).fill(1), ...Array<number>(1 + after).fill(1_000)]
  return [[seriesOf(names.processStart, target), seriesValues(starts)]]
}

/** Labels of a foreign series that the source reads. */
function foreignLabels({ labels }: KpiSource, where: KpiSource['where'] = {}, size = 4_096): Labels {
  const named: readonly [SourceLabel | undefined, string][] = [
    [labels.service, 'memory'],
    [labels.model, 'any-model'],
    [labels.operation, 'any-operation'],
    [labels.contextSize, String(size)],
  ]
  const all = {
    [job]: 'foreign',
    [instance]: 'foreign:9464',
    ...Object.fromEntries(
      named.flatMap(([from, value]) => (typeof from === 'string' ? [[from, value]] : [])),
    ),
    ...Object.fromEntries(Object.entries(where).map(([label, condition]) => [label, meeting(condition)])),
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''))
}

/** A value that meets a condition. */
function meeting(condition: SourceCondition): string {
  if (typeof condition === 'string') return condition
  if ('not' in condition) return [condition.not].flat().includes('any') ? 'any-other' : 'any'
  return condition[0] ?? ''
}

/** The same series with a value that meets one of the conditions not: no rule may read them. */
function rejected({ where = {} }: KpiSource, name: string, labels: Labels): string[] {
  return Object.entries(where).map(([label, condition]) => {
    const value =
      typeof condition === 'object' && 'not' in condition ? [condition.not].flat()[0] : 'neither-of-these'
    const others = Object.fromEntries(Object.entries(labels).filter(([other]) => other !== label))
    return seriesOf(name, value ? { ...others, [label]: value } : others)
  })
}

/** The labels of ours that a foreign series gets. */
function placeOf({ labels }: KpiSource, foreign: Labels): Labels {
  const of = (target: string, from: SourceLabel | undefined, unknown = '') => {
    if (typeof from === 'object') return String(from.value)
    return foreign[from ?? target] ?? foreign[target] ?? unknown
  }
  return {
    [job]: of(job, labels.service),
    [model]: of(model, labels.model, names.standIn.unknown),
    [contextSize]: of(contextSize, labels.contextSize, names.standIn.unknown),
    [operation]: of(operation, labels.operation),
  }
}

/** The sum of a metric at a place. */
function equals(at: number, metric: string, place: Labels, value: number): Expectation {
  const shown = Object.fromEntries(Object.entries(place).filter(([, each]) => each !== ''))
  return {
    at,
    expr: `sum by (${Object.keys(place).join(', ')}) (${select(metric, matchers(place))})`,
    samples: [{ labels: select('', matchers(shown)), value }],
  }
}

/** So many operations were counted at a place since the test began. */
function countsOnce(kpi: Kpi, place: Labels, at: number, operations: number): Expectation {
  const added = select(names.judgeSeries.added(kpi, 'count'), matchers(place))
  return holds(at, `${over('sum_over_time', added, `${at}s`)} == ${operations}`)
}

const matchers = (labels: Labels) => Object.entries(labels).map(([label, value]) => is(label, value))
const seriesOf = (name: string, labels: Labels) => select(name, matchers(labels))
