import { expect, jest, test } from '@jest/globals'
import { defineConfig, retentionOf } from '@mnemoscope/kpi'
import { applyRetention, rowsPerStep } from '../../src/database/retention.js'
import { ownDatabase } from '../plumbing/database.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

const database = ownDatabase()

test('however much is old, no statement deletes more than a bounded number of rows', async () => {
  await database.pool.query(`
    CREATE TABLE deleted (rows integer);
    CREATE FUNCTION count_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN INSERT INTO deleted SELECT count(*) FROM gone; RETURN NULL; END $$;
    CREATE TRIGGER count_deleted AFTER DELETE ON snapshots_hourly REFERENCING OLD TABLE AS gone
      FOR EACH STATEMENT EXECUTE FUNCTION count_deleted();
    INSERT INTO snapshots_hourly (hour, series_id, kpi, count, total, least, greatest)
      SELECT '2026-01-01', number, 'latency', 1, 1, 1, 1 FROM generate_series(1, 210000) AS number`)
  const retention = retentionOf(defineConfig())
  const now = new Date('2027-06-10T12:00:00Z')
  expect((await applyRetention(database.pool, retention, now)).hasMore).toBe(true)
  expect((await applyRetention(database.pool, retention, now)).hasMore).toBe(false)
  const { rows } = await database.pool.query(
    'SELECT max(rows)::int AS most, sum(rows)::int AS total, (SELECT count(*)::int FROM snapshots_hourly) AS left FROM deleted',
  )
  expect(rows).toEqual([{ most: rowsPerStep, total: 210_000, left: 0 }])
})
