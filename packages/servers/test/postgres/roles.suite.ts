import { expect, test } from '@jest/globals'
import pg from 'pg'
import { makeReader, makeRecorder, startPostgres } from '../../src/index.js'
import { stateDir } from '../fixtures/state-dir.js'

test('a reader reads tables of before and after, and changes nothing; its password is the last one', async () => {
  const folder = stateDir()
  const server = await startPostgres({ stateDir: folder.path, port: 0, durable: false })
  const admin = new pg.Client(server.url)
  try {
    await admin.connect()
    await admin.query('CREATE TABLE before AS SELECT 1 AS n')
    await makeReader(server.url, { role: 'looker', password: 'first' })
    await makeReader(server.url, { role: 'looker', password: "it's the second" })
    await admin.query('CREATE TABLE after AS SELECT 2 AS n')
    const as = (password: string) => {
      const url = new URL(server.url)
      url.username = 'looker'
      url.password = encodeURIComponent(password)
      return new pg.Client(url.href)
    }
    await expect(as('first').connect()).rejects.toThrow(/password/)
    const reader = as("it's the second")
    await reader.connect()
    try {
      expect((await reader.query('SELECT n FROM before UNION ALL SELECT n FROM after')).rows).toHaveLength(2)
      await reader.query('SET default_transaction_read_only = off')
      for (const statement of ['DELETE FROM before', 'DROP TABLE after', 'CREATE TABLE x (n int)']) {
        await expect(reader.query(statement)).rejects.toThrow(/permission denied|must be owner/)
      }
    } finally {
      await reader.end()
    }
  } finally {
    await admin.end()
    await server.stop()
    folder.remove()
  }
}, 120_000)

test('a recorder owns what the administrator had made for it, and may make more', async () => {
  const folder = stateDir()
  const server = await startPostgres({ stateDir: folder.path, port: 0, durable: false })
  try {
    const run = async (url: string, statement: string) => {
      const client = new pg.Client(url)
      await client.connect()
      return client.query(statement).finally(() => client.end())
    }
    await run(
      server.url,
      `CREATE TABLE parts (id bigint GENERATED ALWAYS AS IDENTITY, at date) PARTITION BY RANGE (at);
       CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2026-01-01') TO ('2026-01-02');
       CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1';
       CREATE VIEW seen AS SELECT one()`,
    )
    const recorder = await makeRecorder(server.url, { role: 'keeper', password: 'secret' })
    await run(recorder, "INSERT INTO parts (at) VALUES ('2026-01-01')")
    await run(recorder, 'DROP VIEW seen; DROP FUNCTION one(); DROP TABLE parts; CREATE TABLE again (n int)')
    await expect(run(recorder, "COPY again FROM PROGRAM 'true'")).rejects.toThrow(/permission denied/)

    await makeReader(server.url, { role: 'looker', password: 'other' }, ['keeper'])
    const looker = new URL(server.url)
    looker.username = 'looker'
    looker.password = 'other'
    for (const lock of ['pg_advisory_lock(1, 2)', 'pg_try_advisory_xact_lock_shared(1)']) {
      await run(recorder, `SELECT ${lock}`)
      await expect(run(looker.href, `SELECT ${lock}`)).rejects.toThrow(/permission denied for function/)
    }
    await expect(
      run(looker.href, 'SET default_transaction_read_only = off; SELECT lo_create(0)'),
    ).rejects.toThrow(/permission denied for function/)
  } finally {
    await server.stop()
    folder.remove()
  }
}, 120_000)
