import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { prepareDatabase } from '@mnemoscope/recorder'
import { type RunningPostgres, startPostgres } from '@mnemoscope/servers'
import pg from 'pg'
import { mnemoscope, mnemoscopeHere, temporaryFolder } from '../harness/index.js'

const folder = temporaryFolder('database')
const stateDir = join(folder.path, '.mnemoscope')

beforeAll(async () => {
  mkdirSync(stateDir)
  writeFileSync(
    join(folder.path, 'mnemoscope.config.ts'),
    "import { defineConfig } from '@mnemoscope/kpi'\nexport default defineConfig({})\n",
  )
  await withPostgres(async (url) => {
    await prepareDatabase(url)
    await asked(url, "UPDATE schema_baseline SET sha256 = 'another'")
  })
}, 120_000)

afterAll(() => folder.remove())

/** The Postgres of the state folder, as `mnemoscope up` has it. */
async function withPostgres(work: (url: string) => Promise<void>): Promise<void> {
  const server: RunningPostgres = await startPostgres({ stateDir, port: 0, durable: false })
  try {
    await work(server.url)
  } finally {
    await server.stop()
  }
}

async function asked(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return (await client.query(statement)).rows
  } finally {
    await client.end()
  }
}

test('a database is rebuilt only with --confirm', async () => {
  const { exitCode, stderr } = await mnemoscopeHere(folder.path, ['database', 'rebuild'])
  expect(stderr).toMatch(/USAGE[\s\S]+deletes[\s\S]+\.mnemoscope[\s\S]+--confirm/)
  expect(exitCode).toBe(2)
})

// After the one above: the database still has the other baseline.
test('a state folder of another baseline stops `mnemoscope up` with the command that rebuilds it', async () => {
  const { exitCode, stderr } = await mnemoscope(folder.path, ['up', '--ports', 'auto'])
  expect(stderr).toContain('DATABASE_BASELINE')
  expect(stderr).toContain('mnemoscope database rebuild --confirm')
  expect(exitCode).toBe(1)
}, 120_000)

test('that of `mnemoscope up` is rebuilt in its folder, and one of your own by DATABASE_URL', async () => {
  const rebuild = (env = {}) => mnemoscopeHere(folder.path, ['database', 'rebuild', '--confirm'], env)
  const embedded = await rebuild()
  expect(embedded).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('deleted schema_baseline, series'),
  })
  await withPostgres(async (url) => {
    expect(await prepareDatabase(url)).toBe(false)
    await asked(url, "UPDATE schema_baseline SET sha256 = 'another'")
    expect(await mnemoscopeHere(folder.path, ['replay'], { DATABASE_URL: url })).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('DATABASE_BASELINE'),
    })
    expect(await rebuild({ DATABASE_URL: url })).toMatchObject({ exitCode: 0 })
    expect(await prepareDatabase(url)).toBe(false)
  })
}, 120_000)

test('a folder without a database is refused', async () => {
  const empty = temporaryFolder('no-database')
  const { exitCode, stderr } = await mnemoscopeHere(empty.path, ['database', 'rebuild', '--confirm'])
  empty.remove()
  expect(stderr).toMatch(/USAGE[\s\S]+DATABASE_URL/)
  expect(exitCode).toBe(2)
})
