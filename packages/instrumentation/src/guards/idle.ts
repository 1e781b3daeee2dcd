/** What is known of the use of something that counts. */
export interface Use {
  /** Its count when it was last looked at. */
  counted: number
  /** Monotonic time in milliseconds when the count last grew. */
  activeAt: number
}

/**
 * Whether something has not been used for so long. To be asked regularly.
 * @param count now; infinite for what is always in use
 * @param at monotonic time in milliseconds
 */
export function isIdle(use: Use, count: number, at: number, milliseconds: number): boolean {
  const used = count !== use.counted || count === Number.POSITIVE_INFINITY
  if (used) use.activeAt = at
  use.counted = count
  return !used && at - use.activeAt >= milliseconds
}

/**
 * A sweep that takes place often enough that what is idle goes soon after its time, seldom enough to cost nothing.
 * @param sweep goes through everything
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
