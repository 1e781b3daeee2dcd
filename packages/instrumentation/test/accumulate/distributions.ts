/** Share of the values that are at most this one. */
export type Distribution = (value: number) => number

const exponential: Distribution = (value) => (value <= 0 ? 0 : 1 - Math.exp(-value))

/** Sum of some exponential times: an operation of as many steps. */
function steps(count: number): Distribution {
  return (value) => {
    if (value <= 0) return 0
    let term = 1
    let sum = 0
    for (let i = 0; i < count; i++) {
      sum += term
      term *= value / (i + 1)
    }
    return 1 - Math.exp(-value) * sum
  }
}

function logNormal(sigma: number): Distribution {
  return (value) => (value <= 0 ? 0 : normal(Math.log(value) / sigma))
}

/** A share of the values is this much larger than the others: a cache that misses, a second call of a model. */
function twoKinds(share: number, factor: number): Distribution {
  const kind = logNormal(0.4)
  return (value) => (1 - share) * kind(value) + share * kind(value / factor)
}

/** For integers a and b, by the binomial distribution. */
function beta(a: number, b: number): Distribution {
  return (value) => {
    const x = Math.min(1, Math.max(0, value))
    const all = a + b - 1
    let choose = 1
    let sum = 0
    for (let i = 0; i <= all; i++) {
      if (i >= a) sum += choose * x ** i * (1 - x) ** (all - i)
      choose *= (all - i) / (i + 1)
    }
    return sum
  }
}

/** Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26: exact to 1.5e-7. */
function normal(value: number): number {
  const x = Math.abs(value) / Math.SQRT2
  const t = 1 / (1 + 0.3275911 * x)
  const factors =
    ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t
  const tail = factors * Math.exp(-x * x)
  return value < 0 ? tail / 2 : 1 - tail / 2
}

/** The value of a quantile, by halving. */
export function quantileOf(distribution: Distribution, share: number): number {
  let low = 1e-6
  let high = 1e3
  for (let i = 0; i < 50; i++) {
    const middle = Math.sqrt(low * high)
    if (distribution(middle) < share) low = middle
    else high = middle
  }
  return high
}

/** Ascending values, evenly spread over a distribution. */
export function spread(distribution: Distribution, count: number): number[] {
  return Array.from({ length: count }, (_, i) => quantileOf(distribution, (i + 0.5) / count))
}

/** Shapes that latencies have, and sizes too. */
export const latencies: Readonly<Record<string, Distribution>> = {
  'log-normal 0.4': logNormal(0.4),
  'log-normal 0.5': logNormal(0.5),
  'log-normal 0.7': logNormal(0.7),
  'log-normal 1': logNormal(1),
  exponential,
  'exponential after a fixed time': (value) => exponential(value - 2),
  'four exponential steps': steps(4),
  'Pareto 2': (value) => (value <= 1 ? 0 : 1 - value ** -2),
  'one in five is five times larger': twoKinds(0.2, 5),
  'one in ten is eight times larger': twoKinds(0.1, 8),
}

/** Distributions of F1 scores, from poor to very good. */
export const betas: Readonly<Record<string, Distribution>> = {
  'beta 2 16': beta(2, 16),
  'beta 4 16': beta(4, 16),
  'beta 2 6': beta(2, 6),
  'beta 2 2': beta(2, 2),
  'beta 6 4': beta(6, 4),
  'beta 8 2': beta(8, 2),
  'beta 20 4': beta(20, 4),
  'beta 9 1': beta(9, 1),
  'beta 1 1': beta(1, 1),
}
