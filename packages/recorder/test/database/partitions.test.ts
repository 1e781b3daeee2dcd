import { expect, jest, test } from '@jest/globals'
import { createPartitions, partitionedTables } from '../../src/database/partitions.js'
import { storeInstants } from '../../src/snapshots/store.js'
import { ownDatabase } from '../plumbing/database.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

const database = ownDatabase()

test.each(partitionedTables)(
  'a day of %s is created while a long reader and a writer are at the table',
  async (table) => {
    await createPartitions(database.pool, table, ['20260309'])
    const [reader, writer] = [await database.pool.connect(), await database.pool.connect()]
    try {
      await reader.query(`BEGIN; SELECT FROM ${table}`)
      await writer.query(`BEGIN; DELETE FROM ${table}`)
      await createPartitions(database.pool, table, ['20260309', '20260310'])
      await database.pool.query(`SELECT FROM ${table}`)
    } finally {
      reader.release(true)
      writer.release(true)
    }
  },
)

test('a day that was attached has the indexes of the table, and takes its rows', async () => {
  const at = new Date('2026-03-12T12:00:00Z')
  await storeInstants(database.pool, [{ at, rows: [] }])
  await database.pool.query("INSERT INTO snapshots (at, series_id, kpi) VALUES ($1, 1, 'latency')", [at])
  const { rows } = await database.pool.query(
    `SELECT DISTINCT parent.indisvalid AS valid,
       (SELECT count(*) FROM pg_inherits WHERE inhparent = parent.indexrelid)
         = (SELECT count(*) FROM pg_inherits WHERE inhparent = parent.indrelid) AS complete
     FROM pg_index AS parent WHERE parent.indrelid IN ('snapshots'::regclass, 'measurements'::regclass)`,
  )
  expect(rows).toEqual([{ valid: true, complete: true }])
})

test('a day that a person has detached is taken back with its rows', async () => {
  await createPartitions(database.pool, 'snapshots', ['20260314'])
  await database.pool.query(
    "INSERT INTO snapshots (at, series_id, kpi) VALUES ('2026-03-14T01:00:00Z', 1, 'latency')",
  )
  await database.pool.query('ALTER TABLE snapshots DETACH PARTITION snapshots_20260314')
  await createPartitions(database.pool, 'snapshots', ['20260314'])
  const { rows } = await database.pool.query(
    "SELECT at FROM snapshots WHERE at >= '2026-03-14' AND at < '2026-03-15'",
  )
  expect(rows).toHaveLength(1)
})
