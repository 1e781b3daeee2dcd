import { MnemoscopeError } from '@mnemoscope/kpi'
import pg from 'pg'
import Cursor from 'pg-cursor'
import { shownAddress } from '../database/address.js'
import { databaseFailure, databaseUnreachable, isUnreachable } from '../database/errors.js'
import { beginWith, openClient } from '../database/session.js'
import { type Column, columnOf } from './columns.js'
import { queryError } from './query-error.js'

/** Some rows of an answer: a text for each column, null where the value is NULL. Times are UTC, ISO 8601. */
export interface RowBatch {
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly (string | null)[])[]
}

/** A connection that only reads. */
export interface Reader {
  /**
   * The rows of a query, read as fast as they are taken. The first batch can be empty: it has the columns.
   * @throws MnemoscopeError DATABASE_QUERY, DATABASE_UNREACHABLE
   */
  batches(query: string, values?: readonly unknown[]): AsyncGenerator<RowBatch>
  close(): Promise<void>
}

export interface ReaderOptions {
  /** Most seconds for one statement. Default 30. */
  readonly timeoutSeconds?: number
  /** Rows of a batch. Default 500. */
  readonly atOnce?: number
  /** Whether all queries see the database as it was at the first one. Default: each sees the newest rows. */
  readonly consistent?: boolean
}

/**
 * Connects as a role that can only read.
 * @param address see `readAddress`
 * @throws MnemoscopeError DATABASE_ADDRESS, DATABASE_UNREACHABLE, DATABASE_UNABLE; USAGE if the role may change the history
 */
export async function openReader(
  address: string,
  { timeoutSeconds = 30, atOnce = 500, consistent = false }: ReaderOptions = {},
): Promise<Reader> {
  // Whoever reads through a pager can be slow. The server's limit for idle transactions would end the query.
  const settings = {
    timezone: 'UTC',
    idle_in_transaction_session_timeout: '1h',
    statement_timeout: String(Math.round(timeoutSeconds * 1_000)),
  }
  const client = await openClient(address, 'mnemoscope-reader').catch((error) => {
    throw databaseFailure(address, error)
  })
  try {
    await refuseWriter(client, address)
    if (consistent) await client.query(beginWith(settings, 'ISOLATION LEVEL REPEATABLE READ READ ONLY'))
  } catch (error) {
    await client.end().catch(() => undefined)
    throw databaseFailure(address, error)
  }
  return {
    async *batches(query, values = []) {
      let failed = true
      const cursor = new Cursor<(string | null)[]>(query, [...values], { rowMode: 'array', types: asText })
      try {
        if (!consistent) await client.query(beginWith(settings, 'READ ONLY'))
        client.query(cursor)
        let columns: readonly Column[] = []
        for (let isFirst = true; ; isFirst = false) {
          const { rows, fields } = await readFrom(cursor, atOnce)
          if (isFirst) columns = fields.map(({ name, dataTypeID }) => columnOf(name, dataTypeID))
          if (rows.length === 0 && !isFirst) break
          const given = rows.map((row) =>
            row.map((text, i) => (text === null ? null : (columns[i]?.given(text) ?? text))),
          )
          failed = false
          yield { columns, rows: given }
          failed = true
          if (rows.length < atOnce) break
        }
        failed = false
      } catch (error) {
        if (isUnreachable(error)) throw databaseUnreachable(address, error)
        throw error instanceof pg.DatabaseError ? queryError(error, query, timeoutSeconds) : error
      } finally {
        // Also where the caller takes no more rows. A cursor that has failed is closed, and would wait for ever.
        if (!failed) await cursor.close().catch(() => undefined)
        if (!consistent) await client.query('ROLLBACK').catch(() => undefined)
      }
    },
    close: () => client.end(),
  }
}

/** Every value as the text that Postgres sends. */
const asText = { getTypeParser: () => (text: string) => text }

function readFrom(
  cursor: Cursor<(string | null)[]>,
  most: number,
): Promise<{ rows: (string | null)[][]; fields: readonly pg.FieldDef[] }> {
  return new Promise((resolve, reject) => {
    cursor.read(most, (error, rows, result) => {
      if (error) reject(error)
      else resolve({ rows, fields: result.fields })
    })
  })
}

/** @throws MnemoscopeError USAGE if this connection's role may change what the recorder stores */
async function refuseWriter(client: pg.Client, address: string): Promise<void> {
  const { rows } = await client.query<{ role: string; writes: boolean }>(
    `SELECT current_user AS role, (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) OR coalesce((
       SELECT bool_or(pg_has_role(relowner, 'MEMBER') OR has_table_privilege(oid, 'INSERT, UPDATE, DELETE, TRUNCATE'))
       FROM pg_class WHERE oid IN (to_regclass('snapshots'), to_regclass('alert_episodes'))), false) AS writes`,
  )
  const [{ role, writes }] = rows as [{ role: string; writes: boolean }]
  if (!writes) return
  throw new MnemoscopeError('USAGE', `the role "${role}" may change the history`, {
    value: shownAddress(address),
    expected: 'a role that only reads',
    next: 'Make one with deploy/postgres/roles.sql, give it a password, and name it in MNEMOSCOPE_READER_URL.',
  })
}
