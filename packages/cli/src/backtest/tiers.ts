/** What is known of one window at each evaluation. */
export interface WindowData {
  readonly counts: readonly (number | undefined)[]
  readonly values: readonly (number | undefined)[]
}

/** The windows of a KPI at a place; gauges have only the first. */
export interface Windows {
  readonly short: WindowData & {
    readonly minSamples: number
    /** Where it was trusted within so many evaluations, fewer samples will do. */
    readonly kept?: { readonly evaluations: number; readonly leastSamples: number }
  }
  readonly sparse?: WindowData & { readonly minSamples: number }
  readonly rare?: WindowData & {
    /** Evaluations in the short window, after which a first sample counts, and in the rare window. */
    readonly settled: number
    readonly length: number
  }
}

/**
 * The value that is judged at each evaluation: of the short window where it has enough samples, or had lately and still
 * has a part of them, else of the sparse one, else of the rare one, unless what is left there is the end of a busier stream.
 */
export function judgedValues({ short, sparse, rare }: Windows): (number | undefined)[] {
  let crowdedAt = Number.NEGATIVE_INFINITY
  let busyAt = Number.NEGATIVE_INFINITY
  return short.values.map((value, i) => {
    if ((sparse?.counts[i] ?? 0) >= (sparse?.minSamples ?? Number.POSITIVE_INFINITY)) crowdedAt = i
    const count = short.counts[i] ?? 0
    if (count >= short.minSamples) busyAt = i
    const isKept =
      short.kept !== undefined && i - busyAt <= short.kept.evaluations && count >= short.kept.leastSamples
    if (value !== undefined && (busyAt === i || isKept)) return value
    const sparseValue = sparse?.values[i]
    if (sparseValue !== undefined && crowdedAt === i) return sparseValue
    if (rare === undefined || i - crowdedAt <= rare.length) return undefined
    const isSettled = (rare.counts[i] ?? 0) > 0 && (rare.counts[i - rare.settled] ?? 0) > 0
    return isSettled ? rare.values[i] : undefined
  })
}
