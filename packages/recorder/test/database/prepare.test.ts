import { describe, expect, jest, test } from '@jest/globals'
import { catalog } from '@mnemoscope/kpi'
import { prepareDatabase } from '../../src/index.js'
import { ownPostgres } from '../plumbing/postgres.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

const { poolOf, ...postgres } = ownPostgres()

describe('An empty database', () => {
  test('gets its tables once, although twenty processes prepare it at once', async () => {
    const databaseUrl = await postgres.newEmptyDatabase()
    const made = await Promise.all(Array.from({ length: 20 }, () => prepareDatabase(databaseUrl)))
    expect(made.filter(Boolean)).toEqual([true])
    expect(await prepareDatabase(databaseUrl)).toBe(false)
  })

  test('has a column for each built-in KPI in performance_snapshots', async () => {
    const { rows } = await poolOf(await postgres.newDatabase()).query(
      "SELECT attname FROM pg_attribute WHERE attrelid = 'performance_snapshots'::regclass AND attnum > 0 ORDER BY attnum",
    )
    expect(rows.map(({ attname }) => attname)).toEqual([
      ...['id', 'timestamp', 'model', 'context_size', ...Object.keys(catalog)],
      ...['metadata', 'created_at', 'distributions', 'service', 'operation'],
    ])
  })

  test('carries a comment on every table, view, function and column', async () => {
    const { rows } = await poolOf(await postgres.newDatabase()).query(`
      SELECT relname AS name FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v') AND NOT relispartition
        AND obj_description(oid, 'pg_class') IS NULL
      UNION ALL
      SELECT proname FROM pg_proc
      WHERE pronamespace = 'public'::regnamespace AND obj_description(oid, 'pg_proc') IS NULL
      UNION ALL
      SELECT relname || '.' || attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
      WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v') AND NOT relispartition
        AND attnum > 0 AND NOT attisdropped AND col_description(attrelid, attnum) IS NULL`)
    expect(rows).toEqual([])
  })
})
