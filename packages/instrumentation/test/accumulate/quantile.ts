/** A bucket by its upper boundary, with the number or share of the values up to there. */
export type Bucket = readonly [boundary: number, count: number]

/** The buckets of a distribution: the share of values up to each boundary. */
export function bucketsBetween(boundaries: readonly number[], share: (value: number) => number): Bucket[] {
  return [...boundaries.map((boundary): Bucket => [boundary, share(boundary)]), [Number.POSITIVE_INFINITY, 1]]
}

/**
 * A quantile as Prometheus reads it from cumulative buckets: linear between two boundaries, from 0 below the first, and
 * the last boundary beyond it. https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile
 * @param buckets ascending, +Inf last
 */
export function histogramQuantile(quantile: number, buckets: readonly Bucket[]): number {
  const rank = quantile * (buckets.at(-1)?.[1] ?? 0)
  const i = buckets.findIndex(([, count]) => count >= rank)
  const [upper, count] = buckets[i] as Bucket
  if (i === buckets.length - 1) return buckets[i - 1]?.[0] ?? Number.NaN
  if (i === 0 && upper <= 0) return upper
  const [lower, below] = buckets[i - 1] ?? [0, 0]
  return lower + ((upper - lower) * (rank - below)) / (count - below)
}
