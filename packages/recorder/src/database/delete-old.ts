import type pg from 'pg'

/** Rows that one statement deletes at the most: far below the time at which statements are ended. */
export const rowsPerStep = 10_000
/** Steps of one run at the most, so that a recorder that is told to stop does not wait for millions of rows. */
const stepsPerRun = 20

/** A table whose rows are deleted one by one when they are old. */
export interface AgedTable {
  readonly name: string
  /** Column that says how old a row is. */
  readonly age: string
  /** Rows from before this go. */
  readonly cutoff: Date
  /** SQL: which of them stay all the same; the row is `old`, the cutoff `$1`. Default none. */
  readonly unless?: string
}

/**
 * Deletes rows that are too old, oldest first, in steps that each commit by themselves: what is done stays done, and
 * no statement is ended for taking too long, however much there is.
 */
export async function deleteOld(
  pool: pg.Pool,
  { name, age, cutoff, unless = 'false' }: AgedTable,
): Promise<{ rows: number; hasMore: boolean }> {
  let rows = 0
  for (let step = 0; step < stepsPerRun; step++) {
    const { rowCount } = await pool.query(
      `DELETE FROM ${name} WHERE ctid = ANY(ARRAY(
         SELECT ctid FROM ${name} AS old WHERE ${age} < $1 AND NOT (${unless}) ORDER BY ${age} LIMIT ${rowsPerStep}
       ))`,
      [cutoff],
    )
    rows += rowCount ?? 0
    if ((rowCount ?? 0) < rowsPerStep) return { rows, hasMore: false }
  }
  return { rows, hasMore: true }
}
