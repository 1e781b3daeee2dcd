/** How a cell is meant: renderers choose a colour, the words say it anyway. */
export type ReportTone = 'good' | 'warning' | 'bad'

export interface ReportCell {
  readonly text: string
  readonly tone?: ReportTone | undefined
  /** Address that the text leads to, `http` or `https`; a terminal shows it in the text's place. */
  readonly href?: string | undefined
  /** Values over time, oldest first, to be drawn beside the text. */
  readonly curve?: readonly number[] | undefined
}

/** A part of `mnemoscope report`, whatever it is rendered as. */
export interface ReportSection {
  readonly title: string
  /** First row is the head. Empty where there is nothing to list. */
  readonly rows: readonly (readonly ReportCell[])[]
  /** A line below the table, or in its place. */
  readonly note?: ReportCell | undefined
}
