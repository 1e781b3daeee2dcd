import type { Running, Time } from './running.js'
import type { KnownRow, Truth } from './truth.js'

/** A time that surfaces are asked for, and what is known of it. Both ends are included. */
export interface Look {
  readonly from: Date
  readonly to: Date
  /** Rows of the snapshots in it. */
  readonly rows: readonly KnownRow[]
}

/** Everything that a comparison needs. */
export interface Checked {
  readonly running: Running
  readonly time: Time
  readonly truth: Truth
  /** All of the time, and a part of it whose ends are no full minutes. */
  readonly looks: Readonly<Record<'all' | 'odd', Look>>
}

export function lookAt(truth: Truth, start: number, fromSecond: number, toSecond: number): Look {
  return {
    from: new Date((start + fromSecond) * 1_000),
    to: new Date((start + toSecond) * 1_000),
    rows: truth.rows.filter(({ minute }) => minute * 60 >= fromSecond && minute * 60 <= toSecond),
  }
}
