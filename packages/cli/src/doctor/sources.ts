import { type Config, type Kpi, type KpiSource, sourceSelections } from '@mnemoscope/kpi'

/** A question about the source of a KPI: one metric, or one expression. */
export interface SourceQuestion {
  readonly kpi: Kpi
  /** The setting that names it: `kpis.latency.source.metric`. */
  readonly setting: string
  /** The series that exist if the metric does: of a histogram its counts. An expression as it is. */
  readonly series: string
  /** The same with the source's conditions. */
  readonly selected: string
  /** Of a histogram, its buckets with the conditions. */
  readonly buckets: string | undefined
  /** Name by which Prometheus knows the type; undefined of an expression. */
  readonly metric: string | undefined
  /** Labels that have to be there, by the setting that names each. */
  readonly labels: ReadonlyMap<string, string>
  /** Labels that conditions are about. */
  readonly conditions: readonly string[]
}

/** What Prometheus has of it. */
export interface SourceAnswer {
  /** Why it refuses the query; undefined if it does not. */
  readonly error?: string
  /** Series of the metric now, and those that meet the conditions. */
  readonly series: number
  readonly selected: number
  /** Types that programs say it has, such as `histogram`; empty if none says one. */
  readonly types: readonly string[]
  /** Whether it is stored as a native histogram. */
  readonly isNative: boolean
  /** Names of labels that its series have. */
  readonly labels: readonly string[]
  /** Values of the labels that conditions are about, and of the one with the context size. */
  readonly values: Readonly<Record<string, readonly string[]>>
  /** Boundaries that its buckets have, ascending. */
  readonly boundaries: readonly number[]
  /** Names of metrics that are like its own; only where it has no series. */
  readonly alike: readonly string[]
}

/** A question for each metric and expression that KPIs have as their source. */
export function sourceQuestions({ kpis }: Pick<Config, 'kpis'>): SourceQuestion[] {
  return Object.values(kpis).flatMap((kpi) => (kpi.source === undefined ? [] : questionsOf(kpi, kpi.source)))
}

function questionsOf(kpi: Kpi, source: KpiSource): SourceQuestion[] {
  const at = `kpis.${kpi.id}.source`
  const named = Object.entries(source.labels).flatMap(([key, from]) =>
    typeof from === 'string' ? [[`${at}.labels.${key}`, from] as const] : [],
  )
  const base = { kpi, labels: new Map(named) }
  if (source.promql !== undefined) {
    const expression = `(\n${source.promql}\n)`
    const of = { series: expression, selected: expression, buckets: undefined, metric: undefined }
    return [{ ...base, ...of, setting: `${at}.promql`, conditions: [] }]
  }
  return sourceSelections(source).map(([setting, { metric, where }]) => {
    const conditions = matchers(where)
    const series = kpi.instrument === 'histogram' ? `${metric}_count` : metric
    return {
      ...base,
      setting: setting === 'metric' ? `${at}.metric` : `${at}.${setting}.metric`,
      series,
      selected: `${series}${conditions}`,
      buckets: kpi.instrument === 'histogram' ? `${metric}_bucket${conditions}` : undefined,
      metric,
      conditions: Object.keys(where),
    }
  })
}

function matchers(where: KpiSource['where'] = {}): string {
  const all = Object.entries(where).map(([label, condition]) => {
    const isNot = typeof condition === 'object' && 'not' in condition
    const values = [isNot ? condition.not : condition].flat() as string[]
    return `${label}${isNot ? '!~' : '=~'}${JSON.stringify(values.map(literal).join('|'))}`
  })
  return all.length === 0 ? '' : `{${all.join(', ')}}`
}

const literal = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')

/** Asks Prometheus by a query; each sample with its labels. Rejects with the reason where it refuses. */
export type AskQuery = (
  query: string,
) => Promise<readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[]>

/** Asks Prometheus for a list: names of labels or metrics, and types. */
export interface AskLists {
  readonly labelsOf: (selector: string) => Promise<readonly string[]>
  readonly metrics: () => Promise<readonly string[]>
  readonly types: (metric: string) => Promise<readonly string[]>
}

/** Most values of a label that are looked at. */
const mostValues = 50

/** What Prometheus has of a source. */
export async function answerOf(
  question: SourceQuestion,
  query: AskQuery,
  lists: AskLists,
): Promise<SourceAnswer> {
  const { series, selected, buckets, metric, labels, conditions, kpi } = question
  const countOf = async (expression: string) => (await query(`count(${expression})`))[0]?.value ?? 0
  try {
    const [all, met] = [await countOf(series), await countOf(selected)]
    const size = labels.get(`kpis.${kpi.id}.source.labels.contextSize`)
    const looked = [...new Set([...conditions, ...(size === undefined ? [] : [size])])]
    const values = await Promise.all(
      looked.map(async (label) => {
        const found = await query(`topk(${mostValues}, group by (${label}) (${series}))`)
        return [label, found.map(({ labels: each }) => each[label] ?? '').sort()] as const
      }),
    )
    const edges = buckets === undefined ? [] : await query(`group by (le) (${buckets})`)
    const isThere = all > 0
    const [names, isNative, alike, types] = await Promise.all([
      !isThere
        ? []
        : metric === undefined
          ? Object.keys(Object.assign({}, ...(await query(series)).map(({ labels: each }) => each)))
          : lists.labelsOf(series),
      isThere || metric === undefined || buckets === undefined ? false : hasNative(metric, query),
      isThere || metric === undefined ? [] : lists.metrics().then((known) => alikeOf(metric, known)),
      metric === undefined ? [] : lists.types(metric),
    ])
    return {
      series: all,
      selected: met,
      types,
      isNative,
      labels: names,
      values: Object.fromEntries(values),
      boundaries: edges
        .map(({ labels: { le = '' } }) => (le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le)))
        .filter(Number.isFinite)
        .sort((a, b) => a - b),
      alike,
    }
  } catch (error) {
    return { ...nothing, error: (error as Error).message }
  }
}

const nothing: SourceAnswer = {
  series: 0,
  selected: 0,
  types: [],
  isNative: false,
  labels: [],
  values: {},
  boundaries: [],
  alike: [],
}

async function hasNative(metric: string, query: AskQuery): Promise<boolean> {
  return (await query(`count(histogram_count(${metric}))`)).length > 0
}

/** Metrics whose names have most words of this one, the nearest first. Ours are copies. */
export function alikeOf(metric: string, known: readonly string[]): string[] {
  const words = wordsOf(metric)
  return known
    .filter((name) => !name.includes('mnemoscope_') && name !== metric)
    .map((name) => {
      const own = wordsOf(name)
      const shared = words.filter((word) => own.includes(word)).length
      return {
        name: name.replace(/_(?:bucket|count|sum)$/, ''),
        likeness: shared / Math.max(words.length, own.length),
      }
    })
    .filter(({ likeness }) => likeness >= 0.5)
    .toSorted((a, b) => b.likeness - a.likeness || (a.name < b.name ? -1 : 1))
    .map(({ name }) => name)
    .filter((name, i, all) => all.indexOf(name) === i)
    .slice(0, 3)
}

function wordsOf(name: string): string[] {
  return name.split('_').filter((word) => !['bucket', 'count', 'sum', 'total', ''].includes(word))
}

/** Our label for the context size, of a question. */
export function contextSizeLabel({ labels, kpi }: SourceQuestion): string | undefined {
  return labels.get(`kpis.${kpi.id}.source.labels.contextSize`)
}

/** Types of a metric that an instrument can be read from. */
export const typesOf: Readonly<Record<Kpi['instrument'], readonly string[]>> = {
  histogram: ['histogram'],
  counter: ['counter', 'histogram', 'summary'],
  gauge: ['gauge'],
}
