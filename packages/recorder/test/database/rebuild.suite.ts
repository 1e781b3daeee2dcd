import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type pg from 'pg'
import { schemaText } from '../../../../test/schema/schema-text.js'
import { readBaseline } from '../../src/database/baseline.js'
import { createPartitions } from '../../src/database/partitions.js'
import { prepareDatabase, rebuildDatabase } from '../../src/index.js'
import { ownPostgres } from '../plumbing/postgres.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

const { poolOf, ...postgres } = ownPostgres()

/** A prepared database with a row and a partition, whose stored baseline is then another one. */
async function otherBaseline(): Promise<{ databaseUrl: string; pool: pg.Pool }> {
  const databaseUrl = await postgres.newDatabase()
  const pool = poolOf(databaseUrl)
  await createPartitions(pool, 'snapshots', ['20250101', '20250102'])
  await pool.query("INSERT INTO series (service, model, context_size) VALUES ('memory', 'a', '8192')")
  await pool.query("UPDATE schema_baseline SET sha256 = 'another'")
  return { databaseUrl, pool }
}

describe('A database of another baseline', () => {
  test('is refused with both baselines and the command that rebuilds it, and nothing in it changes', async () => {
    const { databaseUrl, pool } = await otherBaseline()
    const before = await schemaText(pool)
    await expect(prepareDatabase(databaseUrl)).rejects.toMatchObject({
      code: 'DATABASE_BASELINE',
      value: 'another',
      expected: (await readBaseline()).sha256,
      next: expect.stringContaining('mnemoscope database rebuild --confirm'),
    })
    expect(await schemaText(pool)).toBe(before)
    expect((await pool.query('SELECT FROM series')).rowCount).toBe(1)
    expect((await pool.query('SELECT sha256 FROM schema_baseline')).rows).toEqual([{ sha256: 'another' }])
  })

  test('is refused too where tables of the same names say nothing of a baseline', async () => {
    const databaseUrl = await postgres.newEmptyDatabase()
    const pool = poolOf(databaseUrl)
    await pool.query('CREATE TABLE snapshots (at timestamptz)')
    await expect(prepareDatabase(databaseUrl)).rejects.toMatchObject({
      code: 'DATABASE_BASELINE',
      value: 'no baseline',
      message: expect.stringContaining('(snapshots)'),
    })
    expect(await schemaText(pool)).toBe('CREATE TABLE snapshots (\n  at timestamp with time zone\n);\n')
  })

  test('is rebuilt to the shape of a new one, without its rows and without tables of detached days', async () => {
    const { databaseUrl, pool } = await otherBaseline()
    await pool.query('ALTER TABLE snapshots DETACH PARTITION snapshots_20250101')
    await pool.query('CREATE TABLE of_the_user (id integer)')
    await pool.query("UPDATE schema_baseline SET objects = objects || 'TABLE of_before'::text")
    await pool.query('CREATE TABLE of_before (id integer)')
    const dropped = await rebuildDatabase(databaseUrl)
    expect(dropped).toEqual(
      expect.arrayContaining(['series', 'snapshots', 'snapshots_20250101', 'of_before']),
    )
    expect(dropped).not.toContain('of_the_user')
    await pool.query('DROP TABLE of_the_user')
    expect(await schemaText(pool)).toBe(await schemaText(poolOf(await postgres.newDatabase())))
    expect((await pool.query('SELECT FROM series')).rowCount).toBe(0)
    expect(await prepareDatabase(databaseUrl)).toBe(false)
  })

  test('is not rebuilt while a foreign view needs its tables, and nothing in it changes', async () => {
    const { databaseUrl, pool } = await otherBaseline()
    await pool.query('CREATE VIEW of_the_user AS SELECT * FROM series')
    await expect(rebuildDatabase(databaseUrl)).rejects.toMatchObject({
      code: 'DATABASE_BASELINE',
      message: expect.stringContaining('view of_the_user'),
      next: expect.stringContaining('Drop'),
    })
    expect((await pool.query('SELECT FROM of_the_user')).rowCount).toBe(1)
  })
})

describe("What is not the recorder's", () => {
  test.each([
    ['a view', 'CREATE VIEW snapshots AS SELECT 1 AS a'],
    ['a table in place of a view', 'CREATE TABLE alerts (id integer)'],
    ['a type', "CREATE TYPE series AS ENUM ('a')"],
    ['an index', 'CREATE TABLE mine (id integer); CREATE INDEX snapshots ON mine (id)'],
    ['a table of the same name', 'CREATE TABLE deployments (id integer)'],
    ['a table named like a day', 'CREATE TABLE measurements_20200101 (id integer)'],
    ['a function', 'CREATE FUNCTION changes_before(text) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$'],
    ['another schema_baseline', 'CREATE TABLE schema_baseline (id integer)'],
  ])('is never deleted, and the next step is another database: %s', async (_, sql) => {
    const databaseUrl = await postgres.newEmptyDatabase()
    const pool = poolOf(databaseUrl)
    await pool.query(sql)
    const before = await objectNames(pool)
    const refused = {
      code: 'DATABASE_BASELINE',
      next: expect.stringMatching(/^Use another database or schema/),
    }
    await expect(prepareDatabase(databaseUrl)).rejects.toMatchObject(refused)
    await expect(rebuildDatabase(databaseUrl)).rejects.toMatchObject(refused)
    expect(await objectNames(pool)).toEqual(before)
  })

  test('stays in a rebuild although its name looks like a day of a table without days', async () => {
    const databaseUrl = await postgres.newDatabase()
    const pool = poolOf(databaseUrl)
    await pool.query('CREATE TABLE series_20250101 (id integer)')
    expect(await rebuildDatabase(databaseUrl)).not.toContain('series_20250101')
    expect((await pool.query('SELECT FROM series_20250101')).rowCount).toBe(0)
  })

  async function objectNames(pool: pg.Pool): Promise<string[]> {
    const { rows } = await pool.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace
       UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1`,
    )
    return rows.map(({ name }) => name)
  }
})

describe('A database whose tables another user owns', () => {
  const stranger = `stranger_${process.pid}`
  let databaseUrl: string
  let strangersUrl: string

  beforeAll(async () => {
    databaseUrl = await postgres.newDatabase()
    const pool = poolOf(databaseUrl)
    await pool.query(`CREATE ROLE ${stranger} LOGIN PASSWORD 'stranger'`)
    await pool.query(`GRANT CREATE ON SCHEMA public TO ${stranger}`)
    const url = new URL(databaseUrl)
    url.username = stranger
    url.password = 'stranger'
    strangersUrl = url.href
  })

  afterAll(async () => {
    await poolOf(databaseUrl).query(`DROP OWNED BY ${stranger}; DROP ROLE ${stranger}`)
  })

  const refused = () => ({
    code: 'DATABASE_DENIED',
    next: expect.stringContaining(`Name the user "${new URL(databaseUrl).username}" in DATABASE_URL`),
  })

  test('is refused with the name of the owner, as no grant to create tables would help', async () => {
    await expect(prepareDatabase(strangersUrl)).rejects.toMatchObject(refused())
    await expect(rebuildDatabase(strangersUrl)).rejects.toMatchObject(refused())
  })

  test('is not rebuilt either where that user may read and write the tables', async () => {
    const pool = poolOf(databaseUrl)
    await pool.query(`GRANT ALL ON ALL TABLES IN SCHEMA public TO ${stranger}`)
    expect(await prepareDatabase(strangersUrl)).toBe(false)
    await expect(rebuildDatabase(strangersUrl)).rejects.toMatchObject(refused())
    expect((await pool.query('SELECT FROM schema_baseline')).rowCount).toBe(1)
  })
})

test("a database that lost its baseline is rebuilt, as its tables are the recorder's", async () => {
  const databaseUrl = await postgres.newDatabase()
  await poolOf(databaseUrl).query('DROP TABLE schema_baseline')
  await expect(prepareDatabase(databaseUrl)).rejects.toMatchObject({
    next: expect.stringContaining('mnemoscope database rebuild --confirm'),
  })
  expect(await rebuildDatabase(databaseUrl)).toContain('series')
  expect(await prepareDatabase(databaseUrl)).toBe(false)
})

test('a database from which something was dropped is refused by its name, and rebuilt', async () => {
  const databaseUrl = await postgres.newDatabase()
  await poolOf(databaseUrl).query('DROP VIEW kpi_hours; DROP TABLE audit_log')
  await expect(prepareDatabase(databaseUrl)).rejects.toMatchObject({
    code: 'DATABASE_BASELINE',
    message: expect.stringContaining('lacks view kpi_hours, table audit_log. Nothing'),
    next: expect.stringContaining('mnemoscope database rebuild --confirm'),
  })
  await rebuildDatabase(databaseUrl)
  expect(await prepareDatabase(databaseUrl)).toBe(false)
})

test('a rebuild leaves recorders in other schemas of the database alone', async () => {
  const databaseUrl = await postgres.newDatabase()
  const pool = poolOf(databaseUrl)
  await pool.query('CREATE SCHEMA "There"')
  const url = new URL(databaseUrl)
  url.searchParams.set('options', '-c search_path="There",public')
  expect(await prepareDatabase(url.href)).toBe(true)
  await pool.query("INSERT INTO series (service, model, context_size) VALUES ('memory', 'a', '8192')")
  await rebuildDatabase(url.href)
  expect((await pool.query('SELECT FROM public.series')).rowCount).toBe(1)
})

test('a read-only database stops the start with the reason and the next step', async () => {
  const databaseUrl = await postgres.newDatabase()
  const pool = poolOf(databaseUrl)
  const name = new URL(databaseUrl).pathname.slice(1)
  await pool.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`)
  await expect(prepareDatabase(databaseUrl)).rejects.toMatchObject({
    code: 'DATABASE_UNABLE',
    message: expect.stringContaining('read-only'),
    next: expect.stringContaining('primary'),
  })
})
