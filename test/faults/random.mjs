/**
 * Numbers in [0, 1) that a seed decides (mulberry32), so that a run can be repeated.
 * @param {number} seed
 */
export function randomFrom(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A number between two others. */
export const between = (random, least, most) => least + random() * (most - least)

/** @template T @param {() => number} random @param {readonly T[]} choices */
export const oneOf = (random, choices) => choices[Math.floor(random() * choices.length)]
