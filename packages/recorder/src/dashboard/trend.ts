import type { Direction } from '@mnemoscope/kpi'
import { z } from 'zod'
import type { DataOf } from '../http/route.js'

export const trendDirection = z.enum(['improving', 'stable', 'degrading'])

/** Where a KPI is heading, by its own sense of better and worse. */
export const trendAnswer = z.strictObject({
  direction: trendDirection,
  slope_per_hour: z
    .number()
    .nullable()
    .describe(
      "Theil–Sen slope: the median of the slopes of all pairs, in the KPI's unit per hour; null below two points.",
    ),
  p_value: z
    .number()
    .nullable()
    .describe(
      'Two-sided probability of such an order of values without any trend; null with too few points.',
    ),
})
export type Trend = DataOf<typeof trendAnswer>

export interface TrendPoint {
  /** Unix time in ms. */
  readonly at: number
  readonly value: number
}

/** Fewer points cannot be distinguished from noise at this significance. */
const leastPoints = 8
const significance = 0.05
/** A change of less than this share of the values' size over the whole time is ignored, however certain it is. */
const leastChange = 0.01

/**
 * The trend of a series of values, `stable` unless it is both significant and large enough to matter.
 *
 * Theil–Sen slope and the Mann–Kendall test with its correction for ties stand outliers and need no normal
 * distribution (Mann 1945, Kendall 1975, Sen 1968). Values from overlapping windows follow one another, which makes
 * noise look like a trend; the variance is therefore corrected for autocorrelation (Yue and Wang 2004).
 * @param points ascending by time; at most a few hundred, because every pair is compared
 */
export function trendOf(points: readonly TrendPoint[], better: Direction): Trend {
  const slope = theilSen(points)
  if (slope === undefined) return { direction: 'stable', slope_per_hour: null, p_value: null }
  const perHour = slope * 3_600_000
  if (points.length < leastPoints) return { direction: 'stable', slope_per_hour: perHour, p_value: null }
  const pValue = mannKendall(points, slope)
  const span = (points.at(-1) as TrendPoint).at - (points[0] as TrendPoint).at
  const size = median(points.map(({ value }) => Math.abs(value)))
  const matters = Math.abs(slope) * span >= leastChange * size && slope !== 0
  const direction =
    pValue >= significance || !matters
      ? 'stable'
      : slope > 0 === (better === 'higher_is_better')
        ? 'improving'
        : 'degrading'
  return { direction, slope_per_hour: perHour, p_value: pValue }
}

function theilSen(points: readonly TrendPoint[]): number | undefined {
  const slopes: number[] = []
  for (const [i, a] of points.entries()) {
    for (const b of points.slice(i + 1)) {
      if (b.at !== a.at) slopes.push((b.value - a.value) / (b.at - a.at))
    }
  }
  return slopes.length === 0 ? undefined : median(slopes)
}

function mannKendall(points: readonly TrendPoint[], slope: number): number {
  const n = points.length
  const values = points.map(({ value }) => value)
  let s = 0
  for (const [i, a] of values.entries()) {
    for (const b of values.slice(i + 1)) s += Math.sign(b - a)
  }
  const ties = tieSizes(values).reduce((sum, t) => sum + t * (t - 1) * (2 * t + 5), 0)
  const variance = (n * (n - 1) * (2 * n + 5) - ties) / 18
  if (variance <= 0) return 1
  const detrended = points.map(({ at, value }) => value - slope * at)
  const corrected = variance * varianceFactor(ranks(detrended))
  const z = s === 0 ? 0 : (s - Math.sign(s)) / Math.sqrt(corrected)
  return 2 * (1 - normalCdf(Math.abs(z)))
}

/**
 * How much autocorrelation widens the variance: n/n* for a process whose correlation decays with each lag from that
 * of the first (Yue and Wang 2004), which is corrected for its bias in short series (Orcutt and Winokur 1969).
 */
function varianceFactor(ranked: readonly number[]): number {
  const n = ranked.length
  const mean = ranked.reduce((sum, rank) => sum + rank, 0) / n
  const deviations = ranked.map((rank) => rank - mean)
  const total = deviations.reduce((sum, deviation) => sum + deviation ** 2, 0)
  if (total === 0) return 1
  const product = deviations.slice(1).reduce((sum, next, i) => sum + next * (deviations[i] as number), 0)
  const lagOne = (n * (product / total) + 1) / (n - 4)
  // Below 0 the factor would shrink the variance and make a trend of an oscillation.
  const correlation = Math.min(0.98, Math.max(0, lagOne))
  let factor = 1
  for (let lag = 1; lag < n; lag++) factor += 2 * (1 - lag / n) * correlation ** lag
  return factor
}

function ranks(values: readonly number[]): number[] {
  const order = values.map((value, i) => ({ value, i })).sort((a, b) => a.value - b.value)
  const result = new Array<number>(values.length).fill(0)
  for (let start = 0; start < order.length; ) {
    let end = start
    while (order[end + 1]?.value === order[start]?.value) end++
    for (let k = start; k <= end; k++) result[(order[k] as { i: number }).i] = (start + end) / 2 + 1
    start = end + 1
  }
  return result
}

function tieSizes(values: readonly number[]): number[] {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts.values()]
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}

/** Abramowitz and Stegun 7.1.26: an error below 1.5e-7, far beyond what a significance level needs. */
function normalCdf(z: number): number {
  const x = z / Math.SQRT2
  const t = 1 / (1 + 0.3275911 * x)
  const polynomial =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
  return 0.5 * (1 + (1 - polynomial * Math.exp(-(x ** 2))))
}
