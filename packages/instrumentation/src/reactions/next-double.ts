/** The smallest double above a finite one. */
export function nextUp(value: number): number {
  if (value === 0) return Number.MIN_VALUE
  return step(value, value > 0 ? 1n : -1n)
}

/** The largest double below a finite one. */
export function nextDown(value: number): number {
  return -nextUp(-value)
}

/** Doubles of one sign are ordered as their bits are. https://ieeexplore.ieee.org/document/8766229 */
function step(value: number, by: bigint): number {
  const bits = new BigInt64Array(new Float64Array([value]).buffer)
  bits[0] = (bits[0] as bigint) + by
  return new Float64Array(bits.buffer)[0] as number
}
