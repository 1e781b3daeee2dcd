import type { RowBatch } from '@mnemoscope/recorder'
import type { RowText } from './row-text.js'

export interface Answered {
  readonly count: number
  /** Whether the answer has more rows than were written. */
  readonly isCut: boolean
}

/**
 * Writes the rows of an answer.
 * @param most rows to write
 * @param write false once the reader of the text is gone; no more rows are read then
 */
export async function writeAnswer(
  batches: AsyncIterable<RowBatch>,
  text: RowText,
  most: number,
  write: (text: string) => Promise<boolean>,
): Promise<Answered> {
  let count = 0
  for await (const { columns, rows } of batches) {
    const taken = rows.slice(0, most - count)
    count += taken.length
    if (!(await write(text.rows({ columns, rows: taken })))) return { count, isCut: false }
    if (taken.length < rows.length) {
      await write(text.end(count))
      return { count, isCut: true }
    }
  }
  await write(text.end(count))
  return { count, isCut: false }
}
