/** Relative error of a quantile. */
const accuracy = 0.01
const base = (1 + accuracy) / (1 - accuracy)

/**
 * Quantiles of ages in little memory, each within 1 % of the true one: DDSketch, Masson, Rim and Lee, 2019,
 * https://arxiv.org/abs/1908.10693
 */
export class AgeSketch {
  readonly #counts = new Map<number, number>()
  count = 0

  /** @param age in any unit; one below 0 counts as 0 */
  add(age: number): void {
    const bin = age <= 1e-9 ? Number.NEGATIVE_INFINITY : Math.ceil(Math.log(age) / Math.log(base))
    this.#counts.set(bin, (this.#counts.get(bin) ?? 0) + 1)
    this.count++
  }

  /** The least age up to which that share of the ages lies; undefined without ages. @param share 0.5 for the median */
  quantile(share: number): number | undefined {
    const bins = [...this.#counts].sort(([a], [b]) => a - b)
    const rank = Math.max(1, Math.ceil(share * this.count))
    let below = 0
    for (const [bin, count] of bins) {
      below += count
      if (below >= rank) return bin === Number.NEGATIVE_INFINITY ? 0 : (2 * base ** bin) / (base + 1)
    }
    return undefined
  }
}
