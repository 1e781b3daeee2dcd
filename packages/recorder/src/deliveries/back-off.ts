/** After so many attempts, about an hour, a delivery is put aside for a person to look at. */
export const mostAttempts = 16

const firstMs = 1_000
const longestMs = 300_000

/** Time until the next attempt, in ms: 1 s, doubling up to 5 minutes. */
export function backOffMs(attempts: number): number {
  return Math.min(longestMs, firstMs * 2 ** Math.max(0, attempts - 1))
}
