import { normalScores } from './normal-scores.js'
import type { TrendPoint } from './trend.js'

/** A way in which values can change: how much of the change has happened at each point, from 0 to 1. */
export interface Curve {
  readonly shape: 'step' | 'ramp'
  /** Index of the first point after the change began. */
  readonly start: number
  readonly share: readonly number[]
}

/**
 * Correlations of neighbouring points that are considered, where points are as far apart as most are, and how likely each is
 * taken to be where nothing changed, and where something did. Values that only wander look like a change, so strong
 * correlations count for no change alone. Chosen by simulation, as `critical`.
 */
const correlations = Array.from({ length: 19 }, (_, i) => i * 0.05).map((correlation) => ({
  correlation,
  unchanged: correlation < 0.675 ? 1 : 0.2,
  changed: correlation < 0.425 ? 1 : correlation < 0.625 ? 0.3 : 0,
}))
/** Standard deviation of the sizes of changes to expect, in those of the values. */
const usualChange = 2
/** How likely a change is at once. */
const shareOfSteps = 0.7
/** How likely a ramp is one with little noise. */
const shareOfClear = 0.1
/** At most so many places of a step are tried. */
const mostSteps = 40
/** Where ramps begin and end, as shares of the time. */
const ramps = [
  [0, 1],
  [0, 0.5],
  [0.5, 1],
  [0.25, 0.75],
] as const

/**
 * What the logarithm of the Bayes factor exceeds in at most 5 of 100 series without any change, by their number of points:
 * simulated with first-order autocorrelations of 0 to 0.6.
 */
const critical = [
  [12, 1.1],
  [16, 1.25],
  [24, 1.4],
  [36, 1.25],
  [48, 1.1],
  [72, 0.95],
  [96, 0.85],
  [192, 0.35],
] as const

const dayMs = 86_400_000

/**
 * The step or ramp that explains values best; undefined if chance explains them as well.
 *
 * Values that follow one another are alike, which makes noise look like a trend. So all curves are compared with no change
 * by their Bayes factor, the values being a first-order autoregressive process of any correlation, level and scale: a step
 * is not taken for autocorrelation. Points may be missing: the correlation then fades with the time between them. Values are
 * replaced by normal scores of their ranks, so an outlier is no change, and their distribution does not matter. What repeats
 * every day is left out where the time holds two days or more.
 */
export function bestShape(points: readonly TrendPoint[]): Curve | undefined {
  const found = weighChange(points)
  return found !== undefined && found.evidence > criticalAt(points.length) ? found.curve : undefined
}

/** The best curve, and the logarithm of how much better a change explains the values than none; undefined for equal values. */
export function weighChange(points: readonly TrendPoint[]): { curve: Curve; evidence: number } | undefined {
  // Equal values that were added up in different orders differ in their last digits: that is no change.
  const values = points.map(({ value }) => Number(value.toPrecision(12)))
  if (values.every((value) => value === values[0])) return undefined
  const scores = normalScores(values)
  const curves = curvesOf(points)
  const usual = [scores.map(() => 1), ...dailyWaves(points)]
  const apart = spacing(points)
  const unchanged: number[] = []
  const columns = curves.map(({ share, isClear }) => (isClear ? normalScores(share) : share))
  const ofCurves = curves.map((): number[] => [])
  for (const weights of correlations) {
    const fades = apart.map((distance): Fade => {
      const kept = weights.correlation ** distance
      return { kept, scale: 1 / Math.sqrt(1 - kept ** 2) }
    })
    const basis: Float64Array[] = []
    // Level, waves and scale are integrated over: each costs as much as the values can tell of it.
    let common = fades.reduce((sum, { scale }) => sum + Math.log(scale), 0)
    for (const column of usual) {
      const part = without(basis, whitened(column, fades))
      const length = Math.sqrt(dot(part, part))
      if (length < 1e-9) continue
      common -= Math.log(length)
      basis.push(part.map((each) => each / length))
    }
    const rest = without(basis, whitened(scores, fades))
    const squares = dot(rest, rest)
    const freedom = (scores.length - basis.length) / 2
    const likelihoodOf = (squaredError: number) => common - freedom * Math.log(Math.max(squaredError, 1e-9))
    unchanged.push(Math.log(weights.unchanged) + likelihoodOf(squares))
    if (weights.changed === 0) continue
    for (const [i, column] of columns.entries()) {
      const along = without(basis, whitened(column, fades))
      const length = dot(along, along)
      if (length < 1e-9) continue
      const explained = dot(along, rest) ** 2 / (length + usualChange ** -2)
      ofCurves[i]?.push(
        Math.log(weights.changed) +
          likelihoodOf(squares - explained) -
          Math.log1p(usualChange ** 2 * length) / 2,
      )
    }
  }
  const weighed = weighCurves(curves, ofCurves)
  const best = likeliest(weighed)
  if (best === undefined) return undefined
  const total = (which: 'unchanged' | 'changed') =>
    Math.log(correlations.reduce((sum, weights) => sum + weights[which], 0))
  const evidence = logSum(weighed.map(({ weight }) => weight)) - total('changed')
  return { curve: best.curve, evidence: evidence - logSum(unchanged) + total('unchanged') }
}

interface Weighed {
  readonly curve: Curve
  /** Logarithm. */
  readonly weight: number
}

/** Curves with how well they explain the values over all correlations, times how likely they were before. */
function weighCurves(curves: readonly Candidate[], likelihoods: readonly (readonly number[])[]): Weighed[] {
  const kindOf = ({ shape, isClear }: Candidate) => (shape === 'step' ? 'step' : isClear ? 'clear' : 'ramp')
  const ramp = 1 - shareOfSteps
  const before = { step: shareOfSteps, clear: ramp * shareOfClear, ramp: ramp * (1 - shareOfClear) }
  const counts = { step: 0, clear: 0, ramp: 0 }
  for (const curve of curves) counts[kindOf(curve)]++
  return curves.flatMap((curve, i) => {
    const own = likelihoods[i] ?? []
    return own.length === 0
      ? []
      : [{ curve, weight: Math.log(before[kindOf(curve)] / counts[kindOf(curve)]) + logSum(own) }]
  })
}

/** Of the shape that is more likely with all its curves, the best one. */
function likeliest(weighed: readonly Weighed[]): Weighed | undefined {
  const shapes = (['step', 'ramp'] as const).map((shape) =>
    weighed.filter(({ curve }) => curve.shape === shape),
  )
  const [own = []] = shapes.toSorted((a, b) => weightOf(b) - weightOf(a))
  return own.toSorted((a, b) => b.weight - a.weight)[0]
}

function weightOf(weighed: readonly Weighed[]): number {
  return logSum(weighed.map(({ weight }) => weight))
}

/** Logarithm of the sum of numbers that are given by their logarithms. */
function logSum(logarithms: readonly number[]): number {
  const most = Math.max(...logarithms)
  if (!Number.isFinite(most)) return most
  return most + Math.log(logarithms.reduce((sum, each) => sum + Math.exp(each - most), 0))
}

interface Candidate extends Curve {
  /**
   * Whether values follow it with little noise: then their ranks do, and normal scores bend a line. Without this the
   * clearer a ramp is, the more it looks like a strong correlation.
   */
  readonly isClear: boolean
}

/** Steps that leave at least four points on each side, and ramps over parts of the time. */
function curvesOf(points: readonly TrendPoint[]): Candidate[] {
  const count = points.length
  const [first, last] = [(points[0] as TrendPoint).at, (points.at(-1) as TrendPoint).at]
  const edge = Math.max(4, Math.floor(count / 8))
  const every = Math.max(1, Math.ceil((count - 2 * edge) / mostSteps))
  const curves: Candidate[] = []
  for (let start = edge; start <= count - edge; start += every)
    curves.push({ shape: 'step', start, share: points.map((_, i) => (i >= start ? 1 : 0)), isClear: false })
  for (const [begin, end] of ramps) {
    const share = points.map(({ at }) => {
      const passed = (at - first) / (last - first)
      return Math.min(1, Math.max(0, (passed - begin) / (end - begin)))
    })
    const before = share.findIndex((each) => each > 0) - 1
    for (const isClear of [false, true]) {
      if (before >= 0) curves.push({ shape: 'ramp', start: before, share, isClear })
    }
  }
  return curves
}

/** Values without what repeats every day, where the time is long enough to know it; the change along a curve stays. */
export function withoutDays(points: readonly TrendPoint[], { share }: Curve): number[] {
  const waves = dailyWaves(points)
  const columns = [points.map(() => 1), [...share], ...waves]
  const weights = columns.map(() => 0)
  const rest = points.map(({ value }) => value)
  // Least squares, one column after the other until nothing changes any more.
  for (let round = 0; waves.length > 0 && round < 50; round++) {
    for (const [j, column] of columns.entries()) {
      const weight = dot(rest, column) / Math.max(dot(column, column), 1e-9)
      weights[j] = (weights[j] as number) + weight
      for (const [i, each] of column.entries()) rest[i] = (rest[i] as number) - weight * each
    }
  }
  return points.map(({ value }, i) =>
    waves.reduce((left, wave, j) => left - (weights[j + 2] as number) * (wave[i] as number), value),
  )
}

/** Waves of a day and of half a day; none where the time is too short to tell them from a trend. */
function dailyWaves(points: readonly TrendPoint[]): number[][] {
  const days = ((points.at(-1) as TrendPoint).at - (points[0] as TrendPoint).at) / dayMs
  if (days < 2) return []
  return [1, 2].flatMap((times) => {
    const angles = points.map(({ at }) => (2 * Math.PI * times * at) / dayMs)
    return [angles.map(Math.sin), angles.map(Math.cos)]
  })
}

/** The time from each point but the first back to the one before, in units of what it usually is. */
function spacing(points: readonly TrendPoint[]): number[] {
  const apart = points.slice(1).map(({ at }, i) => at - (points[i] as TrendPoint).at)
  const usual = apart.toSorted((a, b) => a - b)[apart.length >> 1] || 1
  return apart.map((distance) => Math.max(distance, 1) / usual)
}

/** How much of a point the next one keeps, and the scale that gives the rest the variance of a point. */
interface Fade {
  readonly kept: number
  readonly scale: number
}

/** A column without what follows from the point before, each row with the same variance. */
function whitened(column: readonly number[], fades: readonly Fade[]): Float64Array {
  const result = new Float64Array(column.length)
  result[0] = column[0] as number
  for (let i = 1; i < column.length; i++) {
    const { kept, scale } = fades[i - 1] as Fade
    result[i] = ((column[i] as number) - kept * (column[i - 1] as number)) * scale
  }
  return result
}

/** A column without its parts along the columns of an orthonormal basis. */
function without(basis: readonly Float64Array[], column: Float64Array): Float64Array {
  const rest = column.slice()
  for (const each of basis) {
    const along = dot(each, rest)
    for (let i = 0; i < rest.length; i++) rest[i] = (rest[i] as number) - along * (each[i] as number)
  }
  return rest
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number)
  return sum
}

function criticalAt(count: number): number {
  const above = critical.findIndex(([points]) => points >= count)
  if (above <= 0) return (above === 0 ? critical[0] : (critical.at(-1) as (typeof critical)[number]))[1]
  const [low, high] = [critical[above - 1], critical[above]] as [
    readonly [number, number],
    readonly [number, number],
  ]
  return low[1] + ((high[1] - low[1]) * (count - low[0])) / (high[0] - low[0])
}
