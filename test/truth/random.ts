/** Numbers from a seed: the same seed gives the same numbers on every machine. mulberry32, public domain. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** What one operation measures, drawn by a source of uniform numbers in [0, 1). */
export type Draw = (uniform: () => number) => number

/** Standard normal. Box and Muller, 1958. */
export const normal: Draw = (uniform) =>
  Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())

/** Scores between 0 and 1 with this mean and standard deviation. */
export function beta(mean: number, deviation: number): Draw {
  const size = (mean * (1 - mean)) / deviation ** 2 - 1
  return (uniform) => {
    const good = gamma(uniform, mean * size)
    return good / (good + gamma(uniform, (1 - mean) * size))
  }
}

/** Durations whose logarithm has this standard deviation, and whose 95th percentile is this. */
export function lognormal(p95: number, deviation: number): Draw {
  const quantile = 1.6448536269514722
  return (uniform) => p95 * Math.exp(deviation * (normal(uniform) - quantile))
}

/** Marsaglia and Tsang, 2000. */
function gamma(uniform: () => number, shape: number): number {
  if (shape < 1) return gamma(uniform, shape + 1) * (1 - uniform()) ** (1 / shape)
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = normal(uniform)
    const v = (1 + c * x) ** 3
    if (v > 0 && Math.log(1 - uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
  }
}

/** Share of such durations that is at or beyond a threshold. */
export function lognormalShare(p95: number, deviation: number, threshold: number): number {
  return 1 - normalBelow(Math.log(threshold / p95) / deviation + 1.6448536269514722)
}

/** Share of a standard normal below a number, to seven digits. Abramowitz and Stegun, 1964, 26.2.17. */
function normalBelow(x: number): number {
  if (x < 0) return 1 - normalBelow(-x)
  const t = 1 / (1 + 0.2316419 * x)
  const series =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  return 1 - (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * series
}
