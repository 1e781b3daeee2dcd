/** When something that counts was last used. */
export interface Use {
  /** Its count at the last look. */
  counted: number
  /** When the count last grew, in monotonic milliseconds. */
  activeAt: number
}

/**
 * Whether something has not been used for this long. Has to be called regularly.
 * @param count its count now; infinite for what is always in use
 * @param at monotonic time in milliseconds
 */
export function isIdle(use: Use, count: number, at: number, milliseconds: number): boolean {
  const used = count !== use.counted || count === Number.POSITIVE_INFINITY
  if (used) use.activeAt = at
  use.counted = count
  return !used && at - use.activeAt >= milliseconds
}

/**
 * Runs a sweep, but not more often than eight times in `milliseconds`.
 * @param sweep looks at everything
 */
export function sweeping(
  milliseconds: number,
  start: number,
  sweep: (at: number) => void,
): (at: number) => void {
  let sweptAt = start
  return (at) => {
    if (at - sweptAt < milliseconds / 8) return
    sweptAt = at
    sweep(at)
  }
}
