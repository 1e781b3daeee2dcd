import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type pg from 'pg'
import { serially } from '../harness/postgres.js'
import { asked, rolesFile, type SeededPostgres, startSeededPostgres } from './seed/postgres.js'

let postgres: SeededPostgres

beforeAll(async () => {
  postgres = await startSeededPostgres()
}, 120_000)
afterAll(() => postgres?.stop())

/** SQLSTATE of what one of some statements is refused with. */
async function refusal(url: string, ...statements: readonly string[]): Promise<string | undefined> {
  return asked(url, statements).then(
    () => undefined,
    (error: pg.DatabaseError) => error.code,
  )
}

const insufficientPrivilege = '42501'

describe('The reader’s role', () => {
  test('reads every table and view of the recorder, partitions that come later too', async () => {
    await asked(postgres.recorder, [
      "CREATE TABLE snapshots_20991231 PARTITION OF snapshots FOR VALUES FROM ('2099-12-31') TO ('2100-01-01')",
    ])
    const { rows } = await postgres.read(
      "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1",
    )
    expect(rows.map(({ table_name }) => table_name)).toEqual(
      expect.arrayContaining([
        'alert_episodes',
        'alerts',
        'performance_snapshots',
        'snapshots',
        'snapshots_20991231',
      ]),
    )
    for (const { table_name } of rows) await postgres.read(`SELECT * FROM ${table_name} LIMIT 1`)
  })

  test.each([
    ['insert', "INSERT INTO reconciles (cluster, source, reached) VALUES ('x', 'y', now())"],
    ['change', 'UPDATE alert_episodes SET value = 0'],
    ['delete', 'DELETE FROM snapshots'],
    ['empty a table', 'TRUNCATE snapshots'],
    ['create a table', 'CREATE TABLE mine (id int)'],
    ['create a temporary table', 'CREATE TEMP TABLE mine (id int)'],
    ['create a schema', 'CREATE SCHEMA mine'],
    ['create a view', 'CREATE VIEW mine AS SELECT 1'],
    ['create a function', "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'"],
    ['create a type', 'CREATE TYPE mine AS (id int)'],
    ['create a sequence', 'CREATE SEQUENCE mine'],
    ['store a large object', 'SELECT lo_create(0)'],
    ['store a large object with content', "SELECT lo_from_bytea(0, 'x')"],
    ['create an extension', 'CREATE EXTENSION plpython3u'],
    ['create a database', 'CREATE DATABASE mine'],
    ['create a role', 'CREATE ROLE mine'],
    ['draw from a sequence', "SELECT nextval('alert_episodes_id_seq')"],
    ['drop a table', 'DROP TABLE snapshots'],
    ['read password hashes', 'SELECT * FROM pg_authid'],
    ['read files', "SELECT pg_read_file('/etc/passwd')"],
    ['run programs', "COPY (SELECT 1) TO PROGRAM 'true'"],
    ['become the recorder', 'SET ROLE mnemoscope_recorder'],
  ])('may not %s, even when it says that its transactions write', async (_, sql) => {
    expect(await refusal(postgres.reader, 'SET default_transaction_read_only = off', sql)).toBe(
      insufficientPrivilege,
    )
  })

  test('has no right to change anything in any schema, table, column, sequence or database', async () => {
    const { rows } = await postgres.read(`
      SELECT 'schema ' || nspname AS may_change FROM pg_namespace WHERE has_schema_privilege(oid, 'CREATE')
      UNION ALL
      SELECT 'table ' || oid::regclass FROM pg_class
      WHERE relkind IN ('r', 'p', 'v', 'm', 'f')
        -- What is changed there is a setting of one's own session.
        AND oid <> 'pg_settings'::regclass
        AND (has_table_privilege(oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
          OR has_any_column_privilege(oid, 'INSERT, UPDATE, REFERENCES'))
      UNION ALL
      SELECT 'sequence ' || oid::regclass FROM pg_class
      WHERE CASE WHEN relkind = 'S' THEN has_sequence_privilege(oid, 'USAGE, UPDATE') END
      UNION ALL
      SELECT 'database ' || datname FROM pg_database
      WHERE datname = current_database() AND has_database_privilege(oid, 'CREATE, TEMPORARY')
      UNION ALL
      SELECT 'with the rights of another ' || oid::regprocedure FROM pg_proc
      WHERE prosecdef AND has_function_privilege(oid, 'EXECUTE')
      UNION ALL
      SELECT 'as ' || rolname FROM pg_roles WHERE rolname <> current_user AND pg_has_role(oid, 'MEMBER')`)
    expect(rows).toEqual([])
  })

  test('writes nothing by mistake, and no statement runs for long', async () => {
    const { rows } = await postgres.read(
      "SELECT current_setting('transaction_read_only') AS read_only, current_setting('statement_timeout') AS timeout",
    )
    expect(rows).toEqual([{ read_only: 'on', timeout: '30s' }])
  })
})

describe('The recorder’s role', () => {
  test('owns what it made and is no administrator', async () => {
    const { rows } = await postgres.read(
      "SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = 'mnemoscope_recorder'",
    )
    expect(rows).toEqual([{ rolsuper: false, rolcreatedb: false, rolcreaterole: false }])
    expect(await refusal(postgres.recorder, 'CREATE ROLE other')).toBe(insufficientPrivilege)
  })
})

describe('The roles file', () => {
  test('can be run again, also once the tables are there', async () => {
    await serially(postgres.admin, () => asked(postgres.admin, [rolesFile, rolesFile]))
    expect((await postgres.read('SELECT count(*) FROM snapshots')).rows).toHaveLength(1)
  })

  test('lets nobody else in', async () => {
    await asked(postgres.admin, [
      'DROP ROLE IF EXISTS stranger',
      "CREATE ROLE stranger LOGIN PASSWORD 'stranger'",
    ])
    const url = new URL(postgres.reader)
    url.username = 'stranger'
    url.password = 'stranger'
    expect(await refusal(url.href, 'SELECT 1')).toBe(insufficientPrivilege)
  })
})
