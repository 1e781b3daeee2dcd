import type { z } from 'zod'
import type { Position } from './cursor.js'

/** Rows of one kind that are read page by page, newest first. */
export interface RowSource<Row> {
  /** What one row is; its keys are the columns, in this order. */
  readonly schema: z.ZodObject
  /** One pattern for each part of the key in a `Position`. */
  readonly keys: readonly RegExp[]
  /** The `most` rows after a position, from the newest on without one. */
  readonly read: (
    window: { readonly from: Date; readonly to: Date },
    after: Position | undefined,
    most: number,
  ) => Promise<readonly { readonly row: Row; readonly position: Position }[]>
}

/** Time of a row for its position: to the microsecond, which a `Date` does not hold. */
export const exactTime = (column: string) =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
