import type { Direction } from '@mnemoscope/kpi'
import { z } from 'zod'
import type { DataOf } from '../http/route.js'
import { bestShape, type Curve, withoutDays } from './trend-shapes.js'

export const trendDirection = z.enum(['improving', 'stable', 'degrading', 'unknown'])

/** Where a KPI is heading, by its own sense of better and worse. */
export const trendAnswer = z.strictObject({
  direction: trendDirection.describe(
    'stable: no change that is certain and large enough to matter. unknown: too few points to tell.',
  ),
  shape: z
    .enum(['step', 'ramp'])
    .nullable()
    .describe('How it changed: at once, or little by little; null where it did not.'),
  since: z.number().nullable().describe('When it changed or began to change, Unix seconds.'),
  from_value: z.number().nullable().describe('What it was before the change.'),
  to_value: z.number().nullable().describe('What it is after it.'),
  change: z.string().nullable().describe('The change in words; null where there was none.'),
  slope_per_hour: z
    .number()
    .nullable()
    .describe(
      "Theil–Sen slope: the median of the slopes of all pairs, in the KPI's unit per hour; null below two points.",
    ),
})
export type Trend = DataOf<typeof trendAnswer>

export interface TrendPoint {
  /** Unix time in ms. */
  readonly at: number
  readonly value: number
}

/** With fewer points a step of two standard deviations is found less often than not: that none was found says nothing. */
const leastPoints = 24
/** Fewer points are not looked at. */
const leastTested = 12
/** A change of less than this share of the values' size is ignored, however certain it is. */
const leastChange = 0.01

/**
 * The trend of a series of values: a step or a ramp where one explains it much better than chance, else `stable`, or
 * `unknown` where a change could not have been found.
 * @param points ascending by time; at most a few hundred
 */
export function trendOf(points: readonly TrendPoint[], better: Direction): Omit<Trend, 'change'> {
  const slope = theilSen(points)
  const none = {
    ...{ shape: null, since: null, from_value: null, to_value: null },
    slope_per_hour: slope === undefined ? null : slope * 3_600_000,
  }
  const found = points.length < leastTested ? undefined : bestShape(points)
  const change = found && changeAlong(points, found)
  const size = median(points.map(({ value }) => Math.abs(value)))
  if (found === undefined || change === undefined || Math.abs(change.to - change.from) < leastChange * size)
    return { ...none, direction: points.length < leastPoints ? 'unknown' : 'stable' }
  const isUp = change.to > change.from
  return {
    ...none,
    direction: isUp === (better === 'higher_is_better') ? 'improving' : 'degrading',
    shape: found.shape,
    since: (points[found.start] as TrendPoint).at / 1_000,
    from_value: change.from,
    to_value: change.to,
  }
}

/** The values before and after a change: medians around a step, the ends of the line through a ramp,
 * which can lie beyond every value there was: then the nearest of these. */
function changeAlong(points: readonly TrendPoint[], curve: Curve): { from: number; to: number } {
  const { shape, share } = curve
  const values = withoutDays(points, curve)
  if (shape === 'step') {
    const side = (after: boolean) => median(values.filter((_, i) => (share[i] as number) > 0 === after))
    return { from: side(false), to: side(true) }
  }
  const [meanShare, meanValue] = [mean(share), mean(values)]
  const covariance = mean(values.map((value, i) => (value - meanValue) * ((share[i] as number) - meanShare)))
  const rise = covariance / mean(share.map((each) => (each - meanShare) ** 2))
  const seen = points.map(({ value }) => value)
  const within = (end: number) => Math.min(Math.max(...seen), Math.max(Math.min(...seen), end))
  return { from: within(meanValue - rise * meanShare), to: within(meanValue + rise * (1 - meanShare)) }
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

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}
