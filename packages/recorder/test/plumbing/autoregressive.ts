/** Uniform numbers from 0 to 1, the same in every run (Mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Normal noise of standard deviation 1 in which each value keeps a share of the one before. */
export function autoregressive(count: number, correlation: number, random: () => number): number[] {
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const values = [normal()]
  while (values.length < count)
    values.push(correlation * (values.at(-1) as number) + Math.sqrt(1 - correlation ** 2) * normal())
  return values
}
