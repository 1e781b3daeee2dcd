import type { ReadFrom, StoredEntry } from '../store/stored-entry.js'

/** What is used of a client or pool of `pg`. */
export interface Queryable {
  query(text: string, values: unknown[]): Promise<{ readonly rows: readonly unknown[] }>
}

/** A table of entries. */
export interface EntryTable {
  /** Name of the table, with its schema where it is not on the search path: `public.memories`. */
  readonly table: string
  /**
   * Columns by what they hold; those that are left out are unknown. A name is taken as it is, and `metadata->>'user'` too.
   * @default { id: 'id', text: 'text' }
   */
  readonly columns?: Partial<Record<keyof StoredEntry, string>>
}

/** Rows of one query. */
const page = 1_000

/**
 * The entries of a table of Postgres, with or without pgvector, in the order of their ids. The ids, with the scopes if there is a column of
 * them, have to be unique, and should have an index.
 */
export function postgresEntries(
  client: Queryable,
  { table, columns }: EntryTable,
): (from: Pick<ReadFrom, 'after'>) => AsyncIterable<StoredEntry> {
  const all = { id: 'id', text: 'text', ...columns }
  const selected = Object.entries(all).map(([name, column]) => `${column} AS "${name}"`)
  const key = [all.id, ...(all.scope === undefined ? [] : [all.scope])]
  const lastOf = ({ id, scope }: StoredEntry) => (all.scope === undefined ? [id] : [id, scope])
  let last: StoredEntry | undefined
  return async function* ({ after }) {
    // Of the same id in several scopes, `after` does not say which.
    let values: unknown[] = after === undefined ? [] : last?.id === after ? lastOf(last) : [after]
    for (;;) {
      const from = key.slice(0, values.length).join(', ')
      const where =
        values.length === 0 ? '' : `WHERE (${from}) > (${values.map((_, i) => `$${i + 1}`).join(', ')})`
      const sql = `SELECT ${selected.join(', ')} FROM ${table} ${where} ORDER BY ${key.join(', ')} LIMIT ${page}`
      const { rows } = await client.query(sql, values)
      for (const row of rows as StoredEntry[]) {
        last = { ...row, id: String(row.id) }
        yield last
      }
      if (rows.length < page || last === undefined) return
      values = lastOf(last)
    }
  }
}
