import type { Kpi } from '@mnemoscope/kpi'
import { isQuantile, type Tier } from '../rules/tiers.js'

/** A measurement far from another, and how the KPI's value is known to come from it alone. */
export interface SampleValue {
  /** What is measured: a number, or an outcome. */
  readonly measured: number | string
  /** A condition on an expression: it returns the value where that is from this measurement alone. */
  readonly only: (expression: string, tier: Tier) => string
}

/** Two measurements that the rules cannot confuse; a quantile of both together is nearer to the high one. */
export function sampleValues(kpi: Kpi): { high: SampleValue; low: SampleValue } {
  if (kpi.outcomes !== undefined) {
    return {
      high: { measured: kpi.outcomes.counted[0] as string, only: near(1) },
      low: { measured: kpi.outcomes.others[0] as string, only: near(0) },
    }
  }
  if (kpi.instrument === 'gauge') {
    const { min, max } = kpi.range
    const [low, high] = [min + (max - min) / 4, min + (max - min) / 2]
    return { high: { measured: high, only: near(high) }, low: { measured: low, only: near(low) } }
  }
  // A configuration with fewer than two is refused.
  const [first, second] = kpi.boundaries as readonly [number, number]
  const [last, beforeLast] = kpi.boundaries.toReversed() as [number, number]
  return { high: inBucket(beforeLast, last), low: inBucket(first, second) }
}

/** A value in the middle of a bucket: a mean is that value, a quantile lies somewhere in the bucket. */
function inBucket(lower: number, upper: number): SampleValue {
  const middle = (lower + upper) / 2
  return {
    measured: middle,
    only: (expression, tier) =>
      isQuantile(tier.statistic) ? `((${expression}) > ${lower} <= ${upper})` : near(middle)(expression),
  }
}

function near(value: number) {
  const tolerance = Number((Math.abs(value) * 1e-6 + 1e-9).toPrecision(1))
  return (expression: string) => `(abs((${expression}) - ${value}) < ${tolerance})`
}
