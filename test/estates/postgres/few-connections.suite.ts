import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { type RunningPostgres, startPostgres } from '@mnemoscope/servers'
import pg from 'pg'
import { createPool, startRecorder } from '../../../packages/recorder/src/index.js'
import { lastRows } from '../../harness/postgres.js'
import { temporaryFolder } from '../../harness/temporary-folder.js'

const folder = temporaryFolder('few-connections')
let server: RunningPostgres

beforeAll(async () => {
  server = await startPostgres({ stateDir: folder.path, port: 0, durable: false })
  await lastRows(
    server.url,
    `CREATE ROLE few LOGIN PASSWORD 'few' CONNECTION LIMIT 5`,
    `CREATE ROLE fewer LOGIN PASSWORD 'few' CONNECTION LIMIT 2`,
    'CREATE DATABASE few OWNER few',
    'CREATE DATABASE fewer OWNER fewer',
  )
}, 180_000)

afterAll(async () => {
  await server?.stop()
  folder.remove()
})

async function connected(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: `postgres://few:few@localhost:${server.port}/few` })
  await client.connect()
  return client
}

describe('A role with few connections', () => {
  const few = (name: string) => `postgres://${name}:few@localhost:${server.port}/${name}`

  test('has a recorder that works in turns and answers all questions', async () => {
    const logged: string[] = []
    const write = (fields: object, text: string) => void logged.push(JSON.stringify({ ...fields, text }))
    const logger = { info: () => undefined, debug: () => undefined, warn: write, error: write } as never
    const recorder = await startRecorder({
      config: defineConfig({ services: [{ name: 'memory', targets: ['127.0.0.1:1'] }] }),
      databaseUrl: few('few'),
      prometheusUrl: 'http://127.0.0.1:1',
      port: 0,
      logger,
    })
    try {
      const ask = async (path: string) => (await fetch(`${recorder.url}${path}`)).status
      const paths = [
        '/api/dashboard',
        '/api/episodes',
        '/api/snapshots',
        '/api/charts',
        '/api/deployments',
        '/metrics',
      ]
      const statuses = await Promise.all(
        Array.from({ length: 60 }, (_, i) => ask(paths[i % paths.length] as string)),
      )
      expect(new Set(statuses)).toEqual(new Set([200]))
      expect(logged.filter((line) => /connection/i.test(line) && !/ECONNREFUSED/.test(line))).toEqual([
        expect.stringContaining('"allowed":5'),
      ])
    } finally {
      await recorder.stop()
    }
  }, 60_000)

  test('waits for a connection that others of the role have', async () => {
    const others = await Promise.all([1, 2, 3, 4].map(() => connected()))
    const pool = createPool(few('few'), { max: 3 })
    try {
      const asking = Promise.all([1, 2, 3].map((n) => pool.query('SELECT $1::int AS n, pg_sleep(0.2)', [n])))
      await expect(asking).resolves.toHaveLength(3)
    } finally {
      await pool.end()
      await Promise.all(others.map((client) => client.end()))
    }
  })

  test('that are too few is one message with the next step', async () => {
    await expect(
      startRecorder({
        config: defineConfig(),
        databaseUrl: few('fewer'),
        prometheusUrl: 'http://127.0.0.1:1',
        port: 0,
      }),
    ).rejects.toMatchObject({
      code: 'DATABASE_UNABLE',
      message: `the user of postgres://fewer:***@localhost:${server.port}/fewer may have 2 connections; the recorder needs 3`,
    })
  })
})
