/** Boundaries up to this many are searched in five steps without a loop. */
const unrolled = 31

/**
 * Boundaries padded with +Inf to one less than a power of two, so that a search is a fixed number of comparisons.
 * @param boundaries ascending upper bounds, without +Inf
 */
export function paddedBoundaries(boundaries: readonly number[]): Float64Array {
  let length = unrolled
  while (length < boundaries.length) length = length * 2 + 1
  const padded = new Float64Array(length).fill(Number.POSITIVE_INFINITY)
  padded.set(boundaries)
  return padded
}

/**
 * Index of the bucket that holds a value: how many boundaries lie below it, a boundary itself being inside.
 * Written out so that each step is a conditional move: a mispredicted branch costs more than the whole search.
 * @param padded from `paddedBoundaries`
 * @param value any number but NaN
 */
export function bucketOf(padded: Float64Array, value: number): number {
  let bucket = 0
  if (padded.length > unrolled) {
    for (let half = (padded.length + 1) / 2; half > 16; half /= 2) {
      if (value > (padded[bucket + half - 1] as number)) bucket += half
    }
  }
  if (value > (padded[bucket + 15] as number)) bucket += 16
  if (value > (padded[bucket + 7] as number)) bucket += 8
  if (value > (padded[bucket + 3] as number)) bucket += 4
  if (value > (padded[bucket + 1] as number)) bucket += 2
  if (value > (padded[bucket] as number)) bucket += 1
  return bucket
}
