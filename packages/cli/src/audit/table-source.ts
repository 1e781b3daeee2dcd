import { postgresEntries, type StoredEntry } from '@mnemoscope/evaluation'
import { MnemoscopeError } from '@mnemoscope/kpi/errors'
import type { Source } from './load-source.js'

/** A table of entries, as the options name it. */
export interface TableOptions {
  /** Address of the database. */
  readonly address: string
  readonly table: string
  readonly columns: Columns
}

export type Columns = Partial<Record<keyof StoredEntry, string>>

const names = [
  'id',
  'text',
  'scope',
  'createdAt',
  'updatedAt',
  'lastUsedAt',
  'retrievals',
  'superseded',
  'supersededBy',
  'supersededAt',
] as const satisfies readonly (keyof StoredEntry)[]

/** Opens a table of Postgres, which is only read. */
export async function openTable({ address, table, columns }: TableOptions): Promise<Source> {
  const { default: pg } = await import('pg')
  const pool = new pg.Pool({ connectionString: address, max: 1, application_name: 'mnemoscope-audit' })
  // A connection that breaks while it waits: the next query says it.
  pool.on('error', () => {})
  return { entries: postgresEntries(pool, { table, columns }), close: () => pool.end() }
}

/** Reads `--column text=content`, which can be given several times. @throws MnemoscopeError USAGE */
export function columnOption(text: string, before: Columns): Columns {
  const at = text.indexOf('=')
  const name = names.find((each) => each === text.slice(0, at))
  const column = text.slice(at + 1).trim()
  if (name !== undefined && column !== '') return { ...before, [name]: column }
  const expected = `one of ${names.join(', ')}, and its column, such as text=content`
  throw new MnemoscopeError('USAGE', `--column: ${JSON.stringify(text)}: expected ${expected}`, {
    value: text,
    expected,
    next: 'Correct the option. docs/store.md says what each is.',
  })
}
