import { type LabelSet, withLabels } from '../metric/label-set.js'
import type { Series } from './series.js'

/** What a counter's outcomes are, which of them make up its ratio, and the label that carries them. */
export interface CountedOutcomes {
  /** Undefined for a counter that tells nothing apart: its one outcome then has no label. */
  readonly label: string | undefined
  readonly outcomes: readonly string[]
  /** Latest value of the ratio after each outcome: 1, 0, or NaN for one that leaves it as it was. */
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

/** Outcomes counted in preallocated slots, one for each, and the latest ratio behind them. */
export class CounterAccumulator {
  readonly kind = 'counter'
  private calm = false
  private labelled: readonly LabelSet[] | undefined

  /**
   * @param slab zeroed memory shared with the handle's other accumulators
   * @param at first slot of this one; it takes one for each outcome and one more
   */
  constructor(
    readonly series: Series,
    private readonly slab: Float64Array,
    private readonly at: number,
    readonly counted: CountedOutcomes,
  ) {
    slab[at + counted.outcomes.length] = Number.NaN
  }

  /** Counts one of the outcomes; hands anything else to `unusual`. Never throws. */
  record(outcome: string): void {
    const index = this.indexOf(outcome)
    if (index >= 0 && this.calm) {
      this.addAt(index, 1)
    } else {
      this.series.unusual(this, outcome)
    }
  }

  /** Counts an outcome that is known to be one of this counter's. */
  add(outcome: string): void {
    this.addAt(this.indexOf(outcome), 1)
  }

  /** Place of an outcome among this counter's, -1 for what is none. A few comparisons are cheaper than one hash. */
  private indexOf(outcome: string): number {
    const { outcomes } = this.counted
    for (let i = 0; i < outcomes.length; i++) if (outcomes[i] === outcome) return i
    return -1
  }

  /** Counts the outcome at this index so many times. */
  addAt(index: number, times: number): void {
    this.slab[this.at + index] = (this.slab[this.at + index] as number) + times
    const ratio = this.counted.ratio[index] as number
    if (!Number.isNaN(ratio)) this.slab[this.at + this.counted.outcomes.length] = ratio
  }

  /** Whether outcomes are counted with no further thought. */
  setCalm(calm: boolean): void {
    this.calm = calm
  }

  /** Number of outcomes so far, of any kind. */
  count(): number {
    let count = 0
    for (let i = 0; i < this.counted.outcomes.length; i++) count += this.outcome(i)
    return count
  }

  /** How often the outcome at this index came. */
  outcome(index: number): number {
    return this.slab[this.at + index] as number
  }

  /** 1 or 0 after the newest outcome that counts for the ratio, undefined before the first. */
  latest(): number | undefined {
    const ratio = this.slab[this.at + this.counted.outcomes.length] as number
    return Number.isNaN(ratio) ? undefined : ratio
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
