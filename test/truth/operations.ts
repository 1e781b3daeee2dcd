import { type Draw, seeded } from './random.js'

/** One operation of a simulated process. */
export interface Operation {
  /** Seconds since the pattern began; negative for those before it. */
  readonly at: number
  /** What it measures: a score, seconds, 1 or 0 for an outcome that is counted or not. */
  readonly value: number
  /** The kind that it is of: what is true, whatever this one measures. */
  readonly kind: Kind
}

/** A kind of operation: always the same value, or one that is drawn from a distribution. */
export type Kind =
  | number
  | {
      readonly draw: Draw
      readonly mean: number
      readonly deviation: number
      /** Share of them that is at or beyond a threshold; only for quantiles. */
      readonly shareBeyond?: (threshold: number) => number
    }

/** Minutes, from and to. */
export type Minutes = readonly [from: number, to: number]

/**
 * Operations at a steady pace.
 * @param seconds from one to the next; the first comes after half of it
 */
export function every(seconds: number, [from, to]: Minutes, kind: Kind, seed = 1): Operation[] {
  const draw = typeof kind === 'number' ? () => kind : kind.draw
  const uniform = seeded(seed)
  const count = Math.floor(((to - from) * 60) / seconds + 0.5)
  return Array.from({ length: count }, (_, i) => ({
    at: from * 60 + (i + 0.5) * seconds,
    value: draw(uniform),
    kind,
  }))
}

/** So many operations within 20 s. */
export const burst = (count: number, minute: number, kind: Kind, seed = 1): Operation[] =>
  every(20 / count, [minute, minute + 1 / 3], kind, seed)

/** One operation at each of these minutes. @param kind what it is of, if its value is unusual for that */
export const at = (minutes: readonly number[], value: number, kind: Kind = value): Operation[] =>
  minutes.map((minute) => ({ at: minute * 60, value, kind }))

/** Operations of several kinds that come at the same time: together they are one kind. */
export const mixed = (kind: Kind, ...operations: readonly Operation[][]): Operation[] =>
  operations.flat().map((operation) => ({ ...operation, kind }))

/** Whether it is bad at that time cannot be said. */
export const unclear: Kind = {
  draw: () => 0,
  mean: 0,
  deviation: Number.POSITIVE_INFINITY,
  shareBeyond: () => 0.05,
}

/** Operations whose gaps become longer and longer: each is `factor` times the one before. */
export function fading(first: number, factor: number, [from, to]: Minutes, value: number): Operation[] {
  const operations: Operation[] = []
  for (let [second, gap] = [from * 60 + first, first]; second < to * 60; second += gap) {
    operations.push({ at: second, value, kind: value })
    gap *= factor
  }
  return operations
}
