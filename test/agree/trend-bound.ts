import { autoregressive, randomOf } from '../../packages/recorder/test/plumbing/autoregressive.js'

/**
 * In how many of 100 series any test whatever can find a change, if it finds one in at most 5 of 100 series without any,
 * for autocorrelations up to 0.6. By Neyman and Pearson no test of a mixture of these series finds more than their likelihood
 * ratio, and a test that keeps to 5 of 100 for each keeps to it for every mixture. The likelihoods are those of values whose
 * level and scale are unknown. The test knows everything else: the correlation, the size, the shape, and where a ramp lies.
 */
export interface Bounded {
  /** Shares of the change that have happened at each point: one of them, each as likely as the other. */
  readonly curves: readonly (readonly number[])[]
  readonly correlation: number
  /** In marginal standard deviations. */
  readonly size: number
  readonly series: number
}

/** The mixtures of unchanged series that are hardest to tell from a change: the least bound holds. */
const mixtures = [
  [[0.6, 1]],
  [
    [0.45, 0.3],
    [0.6, 0.7],
  ],
  [
    [0.3, 0.3],
    [0.45, 0.3],
    [0.6, 0.4],
  ],
] as const

export function powerBound({ curves, correlation, size, series }: Bounded): number {
  const count = curves[0]?.length ?? 0
  const random = randomOf(1)
  const changed = Array.from({ length: series }, () => {
    const curve = curves[Math.floor(random() * curves.length)] ?? []
    return autoregressive(count, correlation, random).map((noise, i) => noise + size * (curve[i] ?? 0))
  })
  const alternatives = curves.map((curve) => prepared(curve, correlation))
  const evidence = (values: readonly number[], mixture: readonly (readonly [number, number])[]) =>
    logSum(alternatives.map((each) => logChanged(values, each, size) - Math.log(curves.length))) -
    logSum(mixture.map(([phi, weight]) => Math.log(weight) + logUnchanged(values, levelOf(count, phi))))
  const bounds = mixtures.map((mixture) => {
    const unchanged = mixture.flatMap(([phi, weight]) =>
      Array.from({ length: Math.round(weight * series) }, () =>
        evidence(autoregressive(count, phi, random), mixture),
      ),
    )
    const critical = unchanged.toSorted((a, b) => b - a)[Math.floor(0.05 * unchanged.length)] ?? Number.NaN
    return (100 * changed.filter((values) => evidence(values, mixture) > critical).length) / series
  })
  return Math.min(...bounds)
}

/** Whitened level of an autocorrelation, its square, and the logarithm of what does not depend on the values. */
interface Level {
  readonly correlation: number
  readonly column: readonly number[]
  readonly squares: number
  readonly constant: number
}

const levels = new Map<string, Level>()

function levelOf(count: number, correlation: number): Level {
  const key = `${count} ${correlation}`
  const known = levels.get(key)
  if (known !== undefined) return known
  const column = whitened(new Array<number>(count).fill(1), correlation)
  const squares = dot(column, column)
  const constant = (-(count - 1) / 2) * Math.log(1 - correlation ** 2) - Math.log(squares) / 2
  const level = { correlation, column, squares, constant }
  levels.set(key, level)
  return level
}

interface Prepared {
  readonly level: Level
  readonly along: readonly number[]
  readonly squares: number
}

function prepared(curve: readonly number[], correlation: number): Prepared {
  const level = levelOf(curve.length, correlation)
  const along = withoutLevel(whitened(curve, correlation), level)
  return { level, along, squares: dot(along, along) }
}

/** Integrated over level and scale. With u, the inverse of the scale: u^(n - 2) exp(-squares u² / 2). */
function logUnchanged(values: readonly number[], level: Level): number {
  const rest = withoutLevel(whitened(values, level.correlation), level)
  return level.constant + logIntegral(values.length - 2, dot(rest, rest), 0)
}

/** The same for a change of this size up or down, in units of the scale. */
function logChanged(values: readonly number[], { level, along, squares }: Prepared, size: number): number {
  const rest = withoutLevel(whitened(values, level.correlation), level)
  const slope = size * Math.abs(dot(along, rest))
  return level.constant + logIntegral(values.length - 2, dot(rest, rest), slope) - (size ** 2 * squares) / 2
}

/** Logarithm of the integral of u^power exp(-squares u² / 2) cosh(slope u) over u > 0, by the trapezoid rule. */
function logIntegral(power: number, squares: number, slope: number): number {
  const mode = (slope + Math.sqrt(slope ** 2 + 4 * squares * power)) / (2 * squares)
  const width = 1 / Math.sqrt(squares + power / mode ** 2)
  const terms = Array.from({ length: 61 }, (_, i) => mode + (width * (i - 30)) / 5).filter((u) => u > 0)
  const logOf = (u: number) =>
    power * Math.log(u) - (squares * u ** 2) / 2 + slope * u + Math.log1p(Math.exp(-2 * slope * u)) - Math.LN2
  return logSum(terms.map(logOf)) + Math.log(width)
}

function whitened(values: readonly number[], correlation: number): number[] {
  const scale = 1 / Math.sqrt(1 - correlation ** 2)
  return values.map((value, i) => (i === 0 ? value : (value - correlation * (values[i - 1] ?? 0)) * scale))
}

function withoutLevel(values: readonly number[], { column, squares }: Level): number[] {
  const along = dot(values, column) / squares
  return values.map((value, i) => value - along * (column[i] ?? 0))
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0)
}

function logSum(logarithms: readonly number[]): number {
  const most = Math.max(...logarithms)
  return most + Math.log(logarithms.reduce((sum, each) => sum + Math.exp(each - most), 0))
}
