/** A mean and the values between which the true one lies in 95 of 100 cases. */
export interface Estimate {
  readonly mean: number
  readonly low: number
  readonly high: number
  /** How many values the mean is of. */
  readonly count: number
}

/** Standard deviations of a normal distribution that hold 95 % of it. */
const z = 1.959_963_984_540_054

/**
 * Mean of values from 0 to 1 with its 95 % interval after Wilson (Probable inference, JASA 22, 1927). The interval
 * assumes the largest variance that values with this mean can have, mean * (1 - mean), so it is right for hits and
 * at least wide enough for all else. It never leaves 0 to 1, and a few perfect answers do not make it narrow.
 * @returns undefined without values: the mean is unknown
 */
export function estimate(values: readonly number[]): Estimate | undefined {
  const count = values.length
  if (count === 0) return undefined
  const mean = values.reduce((sum, value) => sum + value, 0) / count
  const centre = mean + z ** 2 / (2 * count)
  const half = z * Math.sqrt(Math.max(mean * (1 - mean), 0) / count + (z / (2 * count)) ** 2)
  const scale = 1 + z ** 2 / count
  return {
    mean,
    low: Math.min(mean, (centre - half) / scale),
    high: Math.max(mean, (centre + half) / scale),
    count,
  }
}

/**
 * What two estimates differ by, and whether that is more than chance: by more than the square root of the sum of their
 * squared half widths (Newcombe, Interval estimation for the difference between independent proportions, Statistics in
 * Medicine 17, 1998, method 10). Two runs of the same questions are more alike than independent ones, so it errs on the
 * side of chance.
 */
export function changeOf(before: Estimate, after: Estimate): { by: number; isCertain: boolean } {
  const by = after.mean - before.mean
  const [worse, better] = by < 0 ? [after, before] : [before, after]
  const chance = Math.hypot(worse.high - worse.mean, better.mean - better.low)
  return { by, isCertain: Math.abs(by) > chance }
}
