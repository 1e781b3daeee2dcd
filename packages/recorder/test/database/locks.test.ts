import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, jest, test } from '@jest/globals'
import type pg from 'pg'
import { exclusively, lockNumbers } from '../../src/database/locks.js'
import { prepareDatabase } from '../../src/index.js'
import { ownPostgres } from '../plumbing/postgres.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

const postgres = ownPostgres()

/** What a recorder works with whose tables are in that schema of the database. */
async function recorderIn(schema: string, databaseUrl: string): Promise<pg.Pool> {
  const url = new URL(databaseUrl)
  url.searchParams.set('options', `-c search_path="${schema}"`)
  const pool = postgres.poolOf(url.href)
  await pool.query(`CREATE SCHEMA IF NOT EXISTS "${schema}"`)
  await prepareDatabase(url.href)
  return pool
}

test('recorders in two schemas of a database are at the same work at the same time, those in one are not', async () => {
  const databaseUrl = await postgres.newEmptyDatabase()
  const here = await recorderIn('here', databaseUrl)
  const besides = await recorderIn('here', databaseUrl)
  const there = await recorderIn('There', databaseUrl)
  const atWork: string[] = []
  const work = (pool: pg.Pool, name: string, during = async () => undefined as unknown) =>
    exclusively(pool, 'snapshots', async () => {
      atWork.push(name)
      await during()
    })
  const ran = await work(here, 'here', async () => {
    expect(await work(besides, 'besides')).toBe(false)
    expect(await work(there, 'there')).toBe(true)
    expect(await exclusively(besides, 'backfill', async () => undefined)).toBe(true)
  })
  expect(ran).toBe(true)
  expect(atWork).toEqual(['here', 'there'])
  expect(await work(besides, 'besides')).toBe(true)
})

test('work whose lock is lost meanwhile fails, and says so', async () => {
  const pool = await recorderIn('lost', await postgres.newEmptyDatabase())
  const working = exclusively(pool, 'retention', async () => {
    await pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON pg_database.oid = database
       WHERE classid = $1 AND datname = current_database()`,
      [lockNumbers.retention],
    )
    await new Promise((resolve) => setTimeout(resolve, 100))
  })
  await expect(working).rejects.toThrow(/^the lock of retention was lost during the work: terminating/)
})

test('no two locks have one number', () => {
  const numbers = Object.values(lockNumbers)
  expect(new Set(numbers).size).toBe(numbers.length)
})

test('no other file takes an advisory lock', () => {
  const folder = fileURLToPath(new URL('../../', import.meta.url))
  const sources = ['src', 'baseline'].flatMap((part) =>
    readdirSync(join(folder, part), { recursive: true, encoding: 'utf8' }).map((file) => join(part, file)),
  )
  const taking = sources
    .filter((file) => /\.(?:ts|sql)$/.test(file))
    .filter((file) => /pg_(?:try_)?advisory_\w*lock/.test(readFileSync(join(folder, file), 'utf8')))
  expect(taking).toEqual([join('src', 'database', 'locks.ts')])
})
