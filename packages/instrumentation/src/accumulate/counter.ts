import { type LabelSet, type Series, withLabels } from './series.js'

/** The outcomes of a counter, their label, and which of them count for the ratio. */
export interface CountedOutcomes {
  /** Undefined for a counter with one outcome, which has no label. */
  readonly label: string | undefined
  readonly outcomes: readonly string[]
  /** Latest value of the ratio after each outcome: 1, 0, or NaN for an outcome that does not count. */
  readonly ratio: readonly number[]
}

export function countedOutcomes(
  label: string | undefined,
  outcomes: readonly string[],
  ratio: (outcome: string) => number = () => Number.NaN,
): CountedOutcomes {
  return {
    label,
    outcomes,
    ratio: outcomes.map(ratio),
  }
}

/** Counts outcomes in preallocated slots, one slot for each, and keeps the latest ratio in one more. */
export class CounterAccumulator {
  readonly kind = 'counter'
  private fast = false
  private labelled: readonly LabelSet[] | undefined

  /**
   * @param slab zeroed memory, shared with the other accumulators of the handle
   * @param at its first slot; it takes one for each outcome and one more
   */
  constructor(
    /** Replaced when the series starts again. */
    public series: Series,
    private readonly slab: Float64Array,
    private readonly at: number,
    readonly counted: CountedOutcomes,
  ) {
    slab[at + counted.outcomes.length] = Number.NaN
  }

  /** Starts the series again, at zero. */
  restart(createdAt: number): void {
    this.series = { ...this.series, createdAt }
    const ratio = this.at + this.counted.outcomes.length
    this.slab.fill(0, this.at, ratio)
    this.slab[ratio] = Number.NaN
  }

  /** Counts one of the outcomes; passes anything else to the slow path. Never throws. */
  record(outcome: string): void {
    const index = this.indexOf(outcome)
    if (index >= 0 && this.fast) {
      this.addAt(index, 1)
    } else {
      this.series.slowPath(outcome)
    }
  }

  /** Counts an outcome that is known to be valid. */
  add(outcome: string): void {
    this.addAt(this.indexOf(outcome), 1)
  }

  /** Index of an outcome, -1 if it is unknown. A few comparisons are cheaper than one hash. */
  private indexOf(outcome: string): number {
    const { outcomes } = this.counted
    for (let i = 0; i < outcomes.length; i++) if (outcomes[i] === outcome) return i
    return -1
  }

  /** Counts the outcome at this index several times. */
  addAt(index: number, times: number): void {
    this.slab[this.at + index] = (this.slab[this.at + index] as number) + times
    const ratio = this.counted.ratio[index] as number
    if (!Number.isNaN(ratio)) this.slab[this.at + this.counted.outcomes.length] = ratio
  }

  /** Sets whether outcomes need no further check. */
  setFast(fast: boolean): void {
    this.fast = fast
  }

  /** Number of outcomes so far, of all kinds. */
  count(): number {
    let count = 0
    for (let i = 0; i < this.counted.outcomes.length; i++) count += this.outcome(i)
    return count
  }

  /** Count of the outcome at this index. */
  outcome(index: number): number {
    return this.slab[this.at + index] as number
  }

  /** 1 or 0, from the newest outcome that counts for the ratio; undefined before the first. */
  latest(): number | undefined {
    const ratio = this.slab[this.at + this.counted.outcomes.length] as number
    return Number.isNaN(ratio) ? undefined : ratio
  }

  /** Number of the figures that `readFigures` writes. */
  figures(): number {
    return this.counted.outcomes.length + 1
  }

  /** Writes the count of each outcome and the latest ratio. */
  readFigures(to: Float64Array): void {
    for (let i = 0; i < to.length; i++) to[i] = this.slab[this.at + i] as number
  }

  /**
   * Adds what another process has counted since its figures were `before`.
   * @param from where its figures begin in `after`
   */
  addFigures(before: Float64Array, after: Float64Array, from: number): void {
    const { slab, at } = this
    const ratio = this.counted.outcomes.length
    for (let i = 0; i < ratio; i++) {
      slab[at + i] = (slab[at + i] as number) + (after[from + i] as number) - (before[i] as number)
    }
    const latest = after[from + ratio] as number
    if (!Number.isNaN(latest)) slab[at + ratio] = latest
  }

  /** The label set of each outcome's series. */
  labelSets(): readonly LabelSet[] {
    const { label, outcomes } = this.counted
    this.labelled ??= outcomes.map((outcome) =>
      label === undefined ? this.series.labels : withLabels(this.series.labels, { [label]: outcome }),
    )
    return this.labelled
  }
}
