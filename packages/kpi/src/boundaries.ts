import type { Direction, Kpi, Thresholds } from './kpi.js'
import { withoutUnset } from './thresholds.js'

/** Values between which a histogram's boundaries are laid. */
export interface Span {
  /** First boundary, above 0. Below it, quantiles tell only that they are small. */
  readonly from: number
  /** Last boundary. Larger values count as this one in a quantile. */
  readonly to: number
}

/**
 * Ratios of neighbouring boundaries. A quantile is interpolated between them, so its error grows with their ratio: for
 * the distributions that latencies usually have, a p95 errs by at most 5 % with the first ratio, and by 15 % with the
 * second (`test/boundaries.test.ts`). Finer boundaries would cost a series each at every place.
 */
const ratios = { nearThresholds: 1.32, elsewhere: 1.6 } as const

/** Thresholds are near up to this factor. */
const nearFactor = 4

/**
 * The boundary that divides the values at or beyond a threshold from those that are better. A bucket holds its upper
 * boundary, so where lower is better it is the largest number below the threshold: a value of exactly the threshold is
 * beyond it.
 */
export function bucketEdge(direction: Direction, threshold: number): number {
  return direction === 'higher_is_better' ? threshold : numberBelow(threshold)
}

/** The boundary that divides at a threshold of a KPI. Metrics of other programs have none just below it. */
export function thresholdEdge(kpi: Pick<Kpi, 'direction' | 'source'>, threshold: number): number {
  return kpi.source === undefined ? bucketEdge(kpi.direction, threshold) : threshold
}

/**
 * The boundaries of a histogram: ascending, each once, with the edge of every threshold of the KPI and its overrides.
 * @param given boundaries, or values between which they are laid: closely near the thresholds, wider elsewhere
 */
export function histogramBoundaries(
  given: readonly number[] | Span,
  kpi: Pick<Kpi, 'direction' | 'range' | 'thresholds' | 'overrides'>,
): readonly number[] {
  const thresholds = thresholdsOf(kpi)
  const edges = thresholds.map((threshold) => bucketEdge(kpi.direction, threshold))
  const others = isSpan(given) ? laid(given, thresholds, kpi.range) : given
  return ascending([...edges, ...others.filter((boundary) => !thresholds.includes(boundary))])
}

function thresholdsOf(kpi: Pick<Kpi, 'thresholds' | 'overrides'>): number[] {
  const everywhere: Thresholds[] = [kpi.thresholds, ...kpi.overrides.map(({ thresholds }) => thresholds)]
  return ascending(everywhere.flatMap((each) => Object.values(withoutUnset(each))))
}

function laid({ from, to }: Span, thresholds: readonly number[], { max }: Kpi['range']): number[] {
  const inside = thresholds.filter((threshold) => threshold > 0)
  const near = {
    from: Math.max(from, Number((Math.min(...inside) / nearFactor).toPrecision(12))),
    to: Math.min(to, Number((Math.max(...inside) * nearFactor).toPrecision(12))),
  }
  // The largest usual value is a boundary too: what lies beyond it is counted apart.
  const ends = [from, to, near.from, near.to, max].filter((end) => end >= from && end <= to)
  const anchors = ascending([...inside, ...ends])
  return anchors.flatMap((anchor, i) => {
    const next = anchors[i + 1]
    if (next === undefined) return [anchor]
    const isNear = anchor >= near.from && next <= near.to
    return stepsBetween(anchor, next, isNear ? ratios.nearThresholds : ratios.elsewhere)
  })
}

/** `from` and the boundaries between it and `to`, at equal ratios of at most `ratio`. */
function stepsBetween(from: number, to: number, ratio: number): number[] {
  const steps = Math.ceil(Math.log(to / from) / Math.log(ratio) - 1e-9)
  return Array.from({ length: steps }, (_, i) =>
    i === 0 ? from : Number((from * (to / from) ** (i / steps)).toPrecision(4)),
  )
}

function isSpan(given: readonly number[] | Span): given is Span {
  return !Array.isArray(given)
}

function ascending(numbers: readonly number[]): number[] {
  return [...new Set(numbers)].sort((a, b) => a - b)
}

/** The largest number below a finite one. */
function numberBelow(value: number): number {
  if (value === 0) return -Number.MIN_VALUE
  const bits = new BigInt64Array(1)
  const double = new Float64Array(bits.buffer)
  double[0] = value
  bits[0] = (bits[0] as bigint) + (value > 0 ? -1n : 1n)
  return double[0] as number
}
