import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import type pg from 'pg'
import { pino } from 'pino'
import { createPartitions, partitionedTables } from '../../src/database/partitions.js'
import { startTestRecorder, type TestRecorder } from '../plumbing/recorder.js'
import { waitFor } from '../plumbing/wait-for.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

interface LogLine {
  readonly msg: string
  readonly droppedPartitions?: readonly string[]
  readonly err?: { readonly message: string; readonly aggregateErrors: readonly { message: string }[] }
}

const log: LogLine[] = []
let recorder: TestRecorder
let reader: pg.PoolClient

beforeAll(async () => {
  const logger = pino({}, { write: (line: string) => log.push(JSON.parse(line)) })
  recorder = await startTestRecorder({ logger }, async (pool) => {
    for (const table of partitionedTables) await createPartitions(pool, table, ['20200101', '20200102'])
    reader = await pool.connect()
    await reader.query('BEGIN; SELECT FROM snapshots')
  })
}, 60_000)

afterAll(async () => {
  reader?.release(true)
  await recorder?.stop()
}, 60_000)

test('a run that fails in part logs what it removed, and by name what it left and why', async () => {
  const failed = await waitFor(() => log.find(({ msg }) => msg === 'retention failed'))
  expect(failed.err?.message).toBe('left for the next run: snapshots_20200101, snapshots_20200102')
  expect(failed.err?.aggregateErrors.map(({ message }) => message)).toEqual([
    'cancelled after 5 s: others use the table: canceling statement due to user request',
  ])
  const removed = log.find(({ msg }) => msg === 'old data removed')
  expect(removed?.droppedPartitions).toEqual(
    partitionedTables
      .filter((table) => table !== 'snapshots')
      .flatMap((table) => [`${table}_20200101`, `${table}_20200102`]),
  )
})
