import { autoregressive, randomOf } from '../plumbing/autoregressive.js'

/** 20,000 operations of about 0.2 s, of which 40 took 9 s. */
export const all = autoregressive(20_000, 0, randomOf(7)).map((each, i) =>
  i % 500 === 0 ? 9 : 0.2 * Math.exp(0.4 * each),
)

/** Kept as a service keeps them. */
export const sample = (sampling: number, uniform: () => number, of = all) =>
  of.flatMap((value) => {
    if (value >= 5) return [{ value, weight: 1 }]
    return uniform() < sampling ? [{ value, weight: 1 / sampling }] : []
  })
