import { type Config, type Kpi, kpiAt, names, quantileOf } from '@mnemoscope/kpi'
import { figureOf } from '../database/figure.js'
import type { PrometheusClient } from '../prometheus/client.js'
import { type Matrix, queryInstant, queryRange } from '../prometheus/query.js'
import type { SnapshotRow } from './row.js'
import type { Instant } from './store.js'

/**
 * Rows over all operations of a place, for the specification's view. They are made from what the operations counted,
 * never from their averages: counts, sums and buckets are added first. What cannot be known that way is NULL.
 */

const shownQuantiles = ['p50', 'p95', 'p99'] as const
type ShownQuantile = (typeof shownQuantiles)[number]

/** Quantiles over all operations, by `keyOf` a row. */
export type OverallQuantiles = ReadonlyMap<string, Readonly<Partial<Record<ShownQuantile, number>>>>

/** The same for all operations of a KPI at a place. */
export function keyOf({
  service,
  model,
  contextSize,
  kpi,
}: Pick<SnapshotRow, 'service' | 'model' | 'contextSize' | 'kpi'>): string {
  return JSON.stringify([service, model, contextSize, kpi])
}

/** Rows of the KPIs that several operations of a place have, together. */
export function sharedRows(rows: readonly SnapshotRow[]): SnapshotRow[][] {
  const byKey = new Map<string, SnapshotRow[]>()
  for (const row of rows) byKey.set(keyOf(row), [...(byKey.get(keyOf(row)) ?? []), row])
  return [...byKey.values()].filter(({ length }) => length > 1)
}

/**
 * The rows of an instant over all operations; where a KPI has one operation only, its own row says it all.
 * @returns each with the operation that comes first, whose series stands for the place
 */
export function overallRows(
  rows: readonly SnapshotRow[],
  quantiles: OverallQuantiles,
  kpis: Config['kpis'],
): SnapshotRow[] {
  return sharedRows(rows).map((shared) => {
    const [first, ...others] = shared as [SnapshotRow, ...SnapshotRow[]]
    const place = others.reduce((least, row) => (row.operation < least.operation ? row : least), first)
    const { buckets: _, ...named } = place
    const counted = shared.filter(hasOperations)
    const quantile = (name: ShownQuantile) =>
      all(counted.map((row) => row[name])) === null ? null : figureOf(quantiles.get(keyOf(first))?.[name])
    const figures = {
      samples: counted.length === 0 ? null : sum(counted.map(({ samples }) => samples)),
      mean: meanOf(counted, 'mean'),
      p50: quantile('p50'),
      p95: quantile('p95'),
      p99: quantile('p99'),
      max: extreme(counted, 'max', 'highest'),
    }
    return { ...named, ...figures, value: statisticOf(shared, figures, kpis[first.kpi]) }
  })
}

/** Whether operations came since the snapshot before. Where none came there is no number of them and no mean. */
function hasOperations({ samples, mean }: SnapshotRow): boolean {
  return samples === null ? mean !== null : samples > 0
}

/** The KPI's statistic over all operations; null where operations are judged by different ones. */
function statisticOf(
  shared: readonly SnapshotRow[],
  figures: Pick<SnapshotRow, ShownQuantile>,
  kpi: Kpi | undefined,
): number | null {
  if (kpi === undefined) return null
  const counted = shared.filter(hasOperations)
  const statistics = new Set(shared.map((row) => kpiAt(kpi, row).statistic))
  const [statistic] = statistics
  if (statistics.size > 1 || statistic === undefined) return null
  if (kpi.instrument === 'gauge') {
    return extreme(shared, 'value', kpi.direction === 'higher_is_better' ? 'lowest' : 'highest')
  }
  if (statistic === 'mean' || statistic === 'ratio') return meanOf(counted, 'value')
  const quantile = shownQuantiles.find((name) => name === statistic)
  return quantile === undefined ? null : figures[quantile]
}

/** The sum of all measurements, which is each mean times its count, by their number. */
function meanOf(rows: readonly SnapshotRow[], field: 'mean' | 'value'): number | null {
  const [only, ...others] = rows
  // Exactly, as products and quotients are off in their last digits.
  if (only !== undefined && others.length === 0) return only[field]
  const counts = sum(rows.map(({ samples }) => samples))
  const total = sum(rows.map((row) => product(row[field], row.samples)))
  return counts === null || total === null || counts === 0 ? null : figureOf(total / counts)
}

/** The worst of the operations; null where one is unknown, as it may be worse. */
function extreme(
  rows: readonly SnapshotRow[],
  field: 'max' | 'value',
  which: 'lowest' | 'highest',
): number | null {
  const values = all(rows.map((row) => row[field]))
  if (values === null || values.length === 0) return null
  return which === 'lowest' ? Math.min(...values) : Math.max(...values)
}

function product(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a * b
}

function sum(values: readonly (number | null)[]): number | null {
  return all(values)?.reduce((total, value) => total + value, 0) ?? null
}

/** The values, or null where one of them is unknown. */
function all(values: readonly (number | null)[]): number[] | null {
  const known = values.filter((value) => value !== null)
  return known.length === values.length ? known : null
}

/** Instants, one after another in equal steps, with their rows over all operations. */
export async function withOverall(
  client: PrometheusClient,
  instants: readonly Instant[],
  stepSeconds: number,
  kpis: Config['kpis'],
): Promise<Instant[]> {
  const isShared = instants.some((instant) => 'rows' in instant && sharedRows(instant.rows).length > 0)
  // Most services need no query for this.
  const quantilesAt = isShared ? await askForQuantiles(client, instants, stepSeconds) : new Map()
  return instants.map((instant) =>
    'rows' in instant
      ? {
          ...instant,
          overall: overallRows(instant.rows, quantilesAt.get(instant.at.getTime()) ?? new Map(), kpis),
        }
      : instant,
  )
}

/** Quantiles of the buckets of all operations together, by the time of their instant. */
async function askForQuantiles(
  client: PrometheusClient,
  instants: readonly Instant[],
  stepSeconds: number,
): Promise<Map<number, OverallQuantiles>> {
  const times = instants.map(({ at }) => at)
  const [from, to] = [times[0] as Date, times.at(-1) as Date]
  const ask = async (query: string): Promise<readonly Matrix[]> => {
    if (from < to) return queryRange(client, query, { from, to, stepSeconds })
    const found = await queryInstant(client, query, from)
    return found.map(({ labels, value }) => ({ labels, samples: [{ at: from.getTime(), value }] }))
  }
  const answers = await Promise.all(shownQuantiles.map((name) => ask(quantileQuery(name))))
  const found = new Map<number, Map<string, Partial<Record<ShownQuantile, number>>>>()
  for (const [i, name] of shownQuantiles.entries()) {
    for (const { labels, samples } of answers[i] ?? []) {
      const { job, model, contextSize, kpi } = names.label
      const [service = '', ofModel = '', size = '', id = ''] = [job, model, contextSize, kpi].map(
        (label) => labels[label],
      )
      const key = keyOf({ service, model: ofModel, contextSize: size, kpi: id })
      for (const { at, value } of samples) {
        const ofInstant = found.get(at) ?? new Map()
        found.set(at, ofInstant.set(key, { ...ofInstant.get(key), [name]: value }))
      }
    }
  }
  return found
}

const { pattern, kpiPattern } = names.bucketSeries
const everyOperation = names.seriesLabels.filter((label) => label !== names.label.operation)

/** A quantile of the KPIs that several operations of a place have, all operations together. */
function quantileQuery(name: ShownQuantile): string {
  const by = [names.label.kpi, ...everyOperation].join(', ')
  const ofKpi = (selector: string) =>
    `label_replace(${selector}, "${names.label.kpi}", "$1", "__name__", "${kpiPattern}")`
  const shared = `count by (${by}) (${ofKpi(`{__name__=~"${pattern}", le="+Inf"}`)}) > 1`
  const buckets = ofKpi(`{__name__=~"${pattern}"}`)
  return (
    `histogram_quantile(${quantileOf(name)}, ` + `sum by (${by}, le) (${buckets} and on (${by}) (${shared})))`
  )
}
