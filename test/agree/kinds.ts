import type { Kind } from '../truth/operations.js'
import { beta, lognormal } from '../truth/random.js'

/** Scores between 0 and 1. */
export const score = (mean: number): Kind => ({ draw: beta(mean, 0.06), mean, deviation: 0.06 })
/** Seconds, by their 95th percentile. */
export const duration = (p95: number): Kind => ({
  draw: lognormal(p95, 0.5),
  mean: p95 / 2,
  deviation: p95 / 4,
})
/** Outcomes, of which this share is counted. */
export const share = (mean: number): Kind => ({
  draw: (uniform) => (uniform() < mean ? 1 : 0),
  mean,
  deviation: Math.sqrt(mean * (1 - mean)),
})
/** Whole numbers around a mean, 30 % to both sides. */
export const tokens = (mean: number): Kind => ({
  draw: (uniform) => Math.round(mean * (0.7 + 0.6 * uniform())),
  mean,
  deviation: 0.17 * mean,
})
