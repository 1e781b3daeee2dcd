import { type Kpi, names } from '@mnemoscope/kpi'
import { type Bucket, histogramQuantile } from './quantile.js'

/** A p95 and how far what Prometheus reads is from it, as a share of it. */
export interface Reading {
  readonly name: string
  readonly exact: number
  readonly error: number
}

export function reading(name: string, exact: number, buckets: readonly Bucket[]): Reading {
  return { name, exact, error: Math.abs(histogramQuantile(0.95, buckets) / exact - 1) }
}

export const worst = (all: readonly Reading[]) => all.reduce((a, b) => (b.error > a.error ? b : a))

/** The readings within a factor of four of a KPI's thresholds. */
export function near({ thresholds }: Kpi, all: readonly Reading[]): Reading[] {
  const levels = Object.values(thresholds)
  const [low, high] = [Math.min(...levels) / 4, Math.max(...levels) * 4]
  return all.filter(({ exact }) => exact >= low && exact <= high)
}

/** The buckets of a KPI in a scrape, by operation. */
export function bucketsByOperation(text: string, kpi: Kpi): Map<string, Bucket[]> {
  const found = new Map<string, Bucket[]>()
  const start = `${names.metricName(kpi)}_bucket{`
  for (const line of text.split('\n')) {
    if (!line.startsWith(start)) continue
    const [, operation = '', le = '', count] = /operation="(\d+)",le="(.+)"\} (\d+)$/.exec(line) ?? []
    const boundary = le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le)
    const buckets = found.get(operation) ?? []
    found.set(operation, buckets)
    buckets.push([boundary, Number(count)])
  }
  return found
}
