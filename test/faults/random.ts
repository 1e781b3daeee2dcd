/** The next number of a sequence, in [0, 1). */
export type Random = () => number

/** Numbers in [0, 1) that a seed decides (mulberry32), so that a run can be repeated. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A number between two others. */
export const between = (random: Random, least: number, most: number) => least + random() * (most - least)

/** One of several. */
export function oneOf<T>(random: Random, choices: readonly [T, ...T[]]): T
export function oneOf<T>(random: Random, choices: readonly T[]): T | undefined
export function oneOf<T>(random: Random, choices: readonly T[]): T | undefined {
  return choices[Math.floor(random() * choices.length)]
}
