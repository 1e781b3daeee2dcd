import type { Figure } from '../harness/figures.js'

/** A figure that may be at most its goal. */
export function atMost(name: string, value: number, unit: string, goal: number): Figure {
  return { name, value: Number(value.toPrecision(4)), unit, goal, ok: value <= goal }
}

/** The value that a share of all lie at or below. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}
