import { expect, jest, test } from '@jest/globals'
import { defineConfig, retentionOf } from '@mnemoscope/kpi'
import { createPartitions, daysBetween } from '../../src/database/partitions.js'
import { applyRetention } from '../../src/database/retention.js'
import { storeInstants } from '../../src/snapshots/store.js'
import { ownDatabase } from '../plumbing/database.js'
import { snapshotRow } from '../plumbing/snapshot-row.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

const database = ownDatabase()

async function partitions(): Promise<string[]> {
  const { rows } = await database.pool.query(
    'SELECT tableoid::regclass::text AS name FROM snapshots GROUP BY 1 ORDER BY 1',
  )
  return rows.map(({ name }) => name)
}

test('full days before the retention are dropped, the days ahead exist, and open episodes stay', async () => {
  const now = new Date('2026-03-10T12:00:00Z')
  const at = ['2026-02-07T23:59:00Z', '2026-02-08T00:00:00Z', '2026-02-08T23:59:00Z', '2026-03-10T11:59:00Z']
  for (const time of at) await storeInstants(database.pool, [{ at: new Date(time), rows: [snapshotRow] }])
  await database.pool.query(
    `INSERT INTO alert_episodes (cluster, fingerprint, alertname, starts_at, ends_at, closed_at, closed_how,
       summary, labels, annotations)
     VALUES ('default', 'a', 'A', '2026-01-01', '2026-01-02', now(), 'resolved', '', '{}', '{}'),
            ('default', 'b', 'A', '2026-01-01', NULL, NULL, NULL, '', '{}', '{}'),
            ('default', 'c', 'A', '2026-01-01', '2026-03-01', now(), 'resolved', '', '{}', '{}')`,
  )
  await database.pool.query(
    `INSERT INTO deployments (at, service, version, source)
     VALUES ('2020-01-01', 'a', '1', 'api'), ('2020-01-02', 'a', '2', 'api'), ('2020-01-01', 'b', '1', 'api')`,
  )
  const run = await applyRetention(database.pool, retentionOf(defineConfig()), now)
  expect(run).toEqual({
    droppedPartitions: ['snapshots_20260207'],
    deletedEpisodes: 1,
    hasMore: false,
    failures: new Map(),
  })
  expect(await partitions()).toEqual(['snapshots_20260208', 'snapshots_20260310'])
  const left = await database.pool.query('SELECT service, version FROM deployments ORDER BY 1, 2')
  expect(left.rows).toEqual([
    { service: 'a', version: '2' },
    { service: 'b', version: '1' },
  ])
  const { rows } = await database.pool.query('SELECT fingerprint FROM alert_episodes ORDER BY 1')
  expect(rows.map(({ fingerprint }) => fingerprint)).toEqual(['b', 'c'])
  const instants = await database.pool.query('SELECT count(*)::int AS count FROM snapshot_instants')
  expect(instants.rows[0].count).toBe(3)
  await storeInstants(database.pool, [{ at: new Date('2026-03-17T00:00:00Z'), rows: [snapshotRow] }])
})

test('each kind of data is kept for as long as is said of it', async () => {
  const now = new Date('2026-06-10T12:00:00Z')
  await createPartitions(database.pool, 'snapshots', ['20260601', '20260607'])
  await createPartitions(database.pool, 'measurements', ['20260601', '20260607'])
  await database.pool.query("INSERT INTO rolled_up_hours (hour) VALUES ('2026-06-01'), ('2026-06-09')")
  await database.pool.query(
    `INSERT INTO alert_episodes (cluster, fingerprint, alertname, starts_at, ends_at, closed_at, closed_how,
       summary, labels, annotations)
     VALUES ('default', 'd', 'A', '2026-06-01', '2026-06-01', now(), 'resolved', '', '{}', '{}')`,
  )
  const retention = retentionOf(
    defineConfig({ retention: { measurementsDays: 5, alertsDays: 20, hourlyDays: 2 } }),
  )
  const { droppedPartitions } = await applyRetention(database.pool, retention, now)
  expect(droppedPartitions).toContain('measurements_20260601')
  expect(droppedPartitions).not.toContain('measurements_20260607')
  expect(droppedPartitions).not.toContain('snapshots_20260601')
  const hours = await database.pool.query('SELECT hour FROM rolled_up_hours')
  expect(hours.rows).toEqual([{ hour: new Date('2026-06-09T00:00:00Z') }])
  const kept = await database.pool.query(
    "SELECT count(*)::int AS count FROM alert_episodes WHERE fingerprint = 'd'",
  )
  expect(kept.rows[0].count).toBe(1)
})

test('a table that fails keeps no other from its retention', async () => {
  await database.pool.query(`
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused'; END $$;
    CREATE TRIGGER refuse BEFORE DELETE ON snapshot_instants EXECUTE FUNCTION refuse();
    INSERT INTO rolled_up_hours (hour) VALUES ('2026-01-01');
    INSERT INTO snapshot_instants (at, rows) VALUES ('2026-01-01', 0)`)
  const { failures } = await applyRetention(
    database.pool,
    retentionOf(defineConfig()),
    new Date('2027-06-10T12:00:00Z'),
  )
  expect([...failures]).toEqual([['snapshot_instants', expect.objectContaining({ message: 'refused' })]])
  await database.pool.query('DROP TRIGGER refuse ON snapshot_instants')
  const { rows } = await database.pool.query("SELECT FROM rolled_up_hours WHERE hour = '2026-01-01'")
  expect(rows).toEqual([])
})

test('old changes of the configuration are deleted, but not the one in use when the kept time begins', async () => {
  await database.pool.query(
    `INSERT INTO config_changes (at, by, source, sha256, differences, restarts, config)
     SELECT at, 'somebody', 'api', 'hash', '[]', '[]', '{}'
     FROM unnest('{2026-01-01,2026-02-01,2026-02-02,2027-06-01}'::timestamptz[]) AS at`,
  )
  await applyRetention(database.pool, retentionOf(defineConfig()), new Date('2027-06-10T12:00:00Z'))
  const kept = async () => (await database.pool.query('SELECT at FROM config_changes ORDER BY id')).rows
  expect(await kept()).toEqual([{ at: new Date('2026-02-02') }, { at: new Date('2027-06-01') }])
  await applyRetention(database.pool, retentionOf(defineConfig()), new Date('2037-06-10T12:00:00Z'))
  expect(await kept()).toEqual([{ at: new Date('2027-06-01') }])
})

test('ten processes may create the same partitions at once', async () => {
  const days = daysBetween(new Date('2027-01-01T05:00:00Z'), new Date('2027-01-05T04:00:00Z'))
  expect(days).toEqual(['20270101', '20270102', '20270103', '20270104', '20270105'])
  await Promise.all(Array.from({ length: 10 }, () => createPartitions(database.pool, 'snapshots', days)))
})

test('an instant that is stored again stays as it is, and a gap gives way to a snapshot', async () => {
  const at = new Date('2026-03-11T00:00:00Z')
  expect(await storeInstants(database.pool, [{ at, gap: 'prometheus_not_scraping' }])).toBe(0)
  expect(await storeInstants(database.pool, [{ at, rows: [snapshotRow] }])).toBe(1)
  expect(await storeInstants(database.pool, [{ at, rows: [{ ...snapshotRow, value: 0.1 }] }])).toBe(0)
  expect(await storeInstants(database.pool, [{ at, gap: 'prometheus_not_scraping' }])).toBe(0)
  const { rows } = await database.pool.query(
    'SELECT value, rows, gap FROM snapshots JOIN snapshot_instants USING (at) WHERE at = $1',
    [at],
  )
  expect(rows).toEqual([{ value: 0.9, rows: 1, gap: null }])
})
