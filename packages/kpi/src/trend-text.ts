/** A change of a KPI over time. */
export interface TrendChange {
  /** How it changed: at once, or little by little; null where it did not. */
  readonly shape: 'step' | 'ramp' | null
  /** When it changed or began to change, Unix seconds. */
  readonly since: number | null
  readonly from_value: number | null
  readonly to_value: number | null
}

/**
 * A change in words: `fell from 0.9 to 0.8 at 2026-11-25 14:10 UTC, and stayed`; null where there was none.
 * @param valueText how a value is written
 */
export function trendText(
  { shape, since, from_value: from, to_value: to }: TrendChange,
  valueText: (value: number) => string,
): string | null {
  if (shape === null || since === null || from === null || to === null) return null
  const [before, after] = [from, to].map((value) => valueText(Number(value.toPrecision(3))))
  const at = `${new Date(since * 1_000).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  return shape === 'step'
    ? `${to < from ? 'fell' : 'rose'} from ${before} to ${after} at ${at}, and stayed`
    : `has ${to < from ? 'fallen' : 'risen'} from ${before} to ${after} since ${at}`
}
