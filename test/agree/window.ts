import { isQuantile, type Kpi, quantileOf } from '@mnemoscope/kpi'
import { exactly, type KnownRow, quantileRange, type Range } from './truth.js'

/** What rows of snapshots come to. */
export interface Totals {
  /** Rows with a value. */
  readonly snapshots: number
  /** Operations, of a gauge readings; null without any. */
  readonly samples: number | null
  /** Mean over them; without any the mean of the values. */
  readonly mean: Range | null
  readonly sum: Range | null
  /** Of the values. */
  readonly lowest: Range | null
  readonly highest: Range | null
  /** Of all operations together; null unless the KPI is a distribution. */
  readonly p50: Range | null
  readonly p95: Range | null
  readonly p99: Range | null
  /** The one that the KPI is judged by; null where it is judged by another statistic. */
  readonly quantile: Range | null
}

/** Columns of totals that are of all operations together. */
export const quantileColumns = ['p50', 'p95', 'p99'] as const

/** @param rows of one KPI */
export function totalsOf(rows: readonly KnownRow[]): Totals {
  const values = rows.flatMap(({ value }) => value ?? [])
  const raw = rows.flatMap((row) => row.values)
  const sum = raw.reduce((total, value) => total + value, 0)
  const isKnown = values.length > 0
  const kpi = rows[0]?.kpi
  const weighted = raw.map((value) => ({ value, weight: 1 }))
  const quantile = (share: number) =>
    kpi?.instrument === 'histogram' ? (quantileRange(weighted, share, kpi.boundaries) ?? null) : null
  return {
    snapshots: values.length,
    samples: raw.length === 0 ? null : raw.length,
    mean: raw.length > 0 ? exactly(sum / raw.length) : meanOf(values),
    sum: raw.length === 0 ? null : exactly(sum),
    lowest: isKnown ? extremeOf(values, Math.min) : null,
    highest: isKnown ? extremeOf(values, Math.max) : null,
    p50: quantile(0.5),
    p95: quantile(0.95),
    p99: quantile(0.99),
    quantile: kpi !== undefined && isQuantile(kpi.statistic) ? quantile(quantileOf(kpi.statistic)) : null,
  }
}

/** The mean of what may be these values. */
export function meanOf(values: readonly Range[]): Range | null {
  if (values.length === 0) return null
  const mean = (of: (range: Range) => number) =>
    values.reduce((sum, each) => sum + of(each), 0) / values.length
  return { low: exactly(mean(({ low }) => low)).low, high: exactly(mean(({ high }) => high)).high }
}

export function extremeOf(values: readonly Range[], which: (...values: number[]) => number): Range {
  return { low: which(...values.map(({ low }) => low)), high: which(...values.map(({ high }) => high)) }
}

/** Rows in groups, by a key. */
export function grouped(
  rows: readonly KnownRow[],
  keyOf: (row: KnownRow) => string,
): Map<string, KnownRow[]> {
  const groups = new Map<string, KnownRow[]>()
  for (const row of rows) {
    const key = keyOf(row)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [row])
    else group.push(row)
  }
  return groups
}

/** The series of a row: where its operations happen. */
export function seriesKey({ place }: Pick<KnownRow, 'place'>): string {
  return [place.service, place.model, place.contextSize, place.operation].join(' ')
}

/** A KPI of a series. */
export function placeKey(row: Pick<KnownRow, 'place' | 'kpi'>): string {
  return `${row.kpi.id} ${seriesKey(row)}`
}

/** The worst of what may be some values, in the KPI's own direction. */
export function worstOf(kpi: Kpi, values: readonly Range[]): Range {
  return extremeOf(values, kpi.direction === 'higher_is_better' ? Math.min : Math.max)
}
