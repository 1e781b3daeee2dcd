import type { Kpi } from '@mnemoscope/kpi'
import type { Known } from './book.js'
import type { Checked } from './look.js'
import { exactly, greatestBoundary, quantileRange, type Range } from './truth.js'
import { placeKey } from './window.js'

/** What is known of the figures of single operations: all over the same ones. */
export function figuresOf(kpi: Kpi, values: readonly number[]): Record<string, number | Range | null> {
  const isDistribution = kpi.instrument === 'histogram' && values.length > 0
  const weighted = values.map((value) => ({ value, weight: 1 }))
  const quantile = (share: number) =>
    isDistribution ? (quantileRange(weighted, share, kpi.boundaries) ?? null) : null
  return {
    samples: values.length === 0 ? null : values.length,
    mean: values.length === 0 ? null : exactly(values.reduce((sum, value) => sum + value, 0) / values.length),
    p50: quantile(0.5),
    p95: quantile(0.95),
    p99: quantile(0.99),
    max: isDistribution ? (greatestBoundary(values, kpi.boundaries) ?? null) : null,
  }
}

/** Each figure of each row. */
export function knownRows({ looks, time }: Checked): Known {
  return new Map(
    looks.all.rows.flatMap((row) =>
      Object.entries({ value: row.value ?? null, ...figuresOf(row.kpi, row.values) }).map(
        ([name, value]) => [`${name} ${placeKey(row)} ${time.start + row.minute * 60}`, value] as const,
      ),
    ),
  )
}
