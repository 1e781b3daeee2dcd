import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { readMigrations } from '../../src/database/migrations.js'
import { createPool, migrate } from '../../src/index.js'
import { startTestPostgres, type TestPostgres } from '../plumbing/postgres.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

let postgres: TestPostgres

beforeAll(async () => {
  postgres = await startTestPostgres()
}, 60_000)

afterAll(() => postgres?.stop(), 60_000)

test('twenty processes that migrate at once apply every migration once', async () => {
  const databaseUrl = await postgres.newEmptyDatabase()
  const applied = await Promise.all(Array.from({ length: 20 }, () => migrate(databaseUrl)))
  const all = (await readMigrations()).map(({ name }) => name)
  expect(applied.filter((names) => names.length > 0)).toEqual([all])
}, 60_000)

test('a schema of a newer version is refused and left as it is', async () => {
  const databaseUrl = await postgres.newDatabase()
  const pool = createPool(databaseUrl)
  await pool.query("INSERT INTO schema_migrations (version, name) VALUES (9999, '9999_future')")
  await expect(migrate(databaseUrl)).rejects.toMatchObject({ code: 'DATABASE_SCHEMA_NEWER', value: 9999 })
  await pool.end()
})

test('a read-only database stops the start with the reason and the next step', async () => {
  const databaseUrl = await postgres.newDatabase()
  const pool = createPool(databaseUrl)
  const name = new URL(databaseUrl).pathname.slice(1)
  await pool.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`)
  await expect(migrate(databaseUrl)).rejects.toMatchObject({
    code: 'DATABASE_UNABLE',
    message: expect.stringContaining('read-only'),
    next: expect.stringContaining('primary'),
  })
  await pool.end()
})

test('migrations are numbered without a gap', async () => {
  expect((await readMigrations()).map(({ version }) => version)).toEqual(
    (await readMigrations()).map((_, i) => i + 1),
  )
})

test('every table, view and column carries a comment', async () => {
  const pool = createPool(await postgres.newDatabase())
  const { rows } = await pool.query(`
    SELECT relname AS name FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v') AND NOT relispartition
      AND obj_description(oid, 'pg_class') IS NULL
    UNION ALL
    SELECT relname || '.' || attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
      AND attnum > 0 AND NOT attisdropped AND col_description(attrelid, attnum) IS NULL`)
  expect(rows).toEqual([])
  await pool.end()
})
