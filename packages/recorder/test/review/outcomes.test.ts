import { beforeAll, expect, test } from '@jest/globals'
import { createPartitions, daysBetween } from '../../src/database/partitions.js'
import { outcomesIn } from '../../src/review/outcomes.js'
import { ownDatabase } from '../plumbing/database.js'

const database = ownDatabase()
const fired = Date.parse('2026-11-10T12:00:00Z')
const at = (seconds: number) => new Date(fired + 1_000 * seconds).toISOString()
const window = { from: new Date(at(-86_400)), to: new Date(at(86_400)) }

/** Id, start, end, and seconds after `fired` of an acknowledgement; of one alert, but for the last. */
const episodes = [
  [1, -4_000, -3_400, null],
  // 15 minutes after the end of the one before, exactly.
  [2, -2_500, -2_400, null],
  // Part of the one before.
  [3, -2_450, -2_450, null],
  [4, 0, 300, 45],
  [5, 1_201, null, null],
  [6, 86_400, null, null],
] as const

beforeAll(async () => {
  await createPartitions(database.pool, 'measurements', daysBetween(new Date(at(-86_400)), new Date(fired)))
  for (const [id, start, end] of episodes) {
    await database.pool.query(
      `INSERT INTO alert_episodes (id, cluster, fingerprint, alertname, severity, kpi, service, model, context_size, operation,
         starts_at, ends_at, closed_at, closed_how, summary, labels, annotations)
       OVERRIDING SYSTEM VALUE
       VALUES ($1, 'default', 'f', 'MnemoscopeF1ScoreError', 'error', 'f1_score', 'memory', 'a', '8192', 'search',
         $2, $3::timestamptz, $3::timestamptz, $4, 's', '{}', '{}')`,
      [id, at(start), end === null ? null : at(end), end === null ? null : 'resolved'],
    )
    // One cluster has one open episode of an alert.
    if (end === null)
      await database.pool.query(`UPDATE alert_episodes SET fingerprint = 'f' || id WHERE id = $1`, [id])
  }
  await database.pool.query(
    `INSERT INTO alert_acknowledgements (episode_id, by, at) VALUES (4, 'ada', $1), (4, 'bob', $2)`,
    [at(45), at(90)],
  )
  await database.pool.query(
    `INSERT INTO alert_ratings (episode_id, rating, by) VALUES
       (1, 'useful', 'ada'), (1, 'noise', 'bob'), (2, 'useful', 'ada'), (2, NULL, 'ada'), (4, 'useful', 'ada')`,
  )
  // One operation a second for ten minutes. Each twentieth is bad, and from 100 s before the alert on each second one.
  await database.pool.query(
    `INSERT INTO measurements (at, id, kpi, value, service, model, context_size, operation, severity, metadata)
     SELECT $1::timestamptz - interval '1 s' * n, gen_random_uuid(), 'f1_score', 0.5, 'memory', 'a', '8192', 'search',
       CASE WHEN n <= 100 AND n % 2 = 0 THEN 'critical' WHEN n % 20 = 10 THEN 'error' WHEN n % 5 = 0 THEN 'warning' END, '{}'
     FROM generate_series(0, 600) AS n`,
    [at(0)],
  )
}, 60_000)

test('each episode has what became of it', async () => {
  const outcomes = await outcomesIn(database.pool, window)
  expect(
    outcomes.map(({ id, toNotice, toAcknowledge, toRecover, rating, isFlap }) => [
      ...[id, toNotice, toAcknowledge, toRecover, rating, isFlap],
    ]),
  ).toEqual([
    [5, 1_301, null, null, null, false],
    [4, 100, 45, 300, 'useful', false],
    [2, null, null, 100, null, true],
    [1, null, null, 600, 'noise', false],
  ])
})

test('a review is of episodes that began in its time, the end excluded', async () => {
  const ids = async (from: number, to: number) =>
    (await outcomesIn(database.pool, { from: new Date(at(from)), to: new Date(at(to)) })).map(({ id }) => id)
  expect(await ids(-4_000, 0)).toEqual([2, 1])
  expect(await ids(0, 1_201)).toEqual([4])
  expect(await ids(86_400, 90_000)).toEqual([6])
})

test('a part of the history is reviewed by itself', async () => {
  expect(await outcomesIn(database.pool, { ...window, service: 'other' })).toEqual([])
  expect(await outcomesIn(database.pool, { ...window, model: 'a', operation: 'search' })).toHaveLength(4)
})

test('an alert that fires within seconds was noticed within seconds, though a fifth of all operations had always been bad', async () => {
  await database.pool.query(
    `INSERT INTO alert_episodes (id, cluster, fingerprint, alertname, severity, kpi, service, model, context_size, operation,
       starts_at, summary, labels, annotations)
     OVERRIDING SYSTEM VALUE
     VALUES (7, 'default', 'sudden', 'MnemoscopeF1ScoreError', 'error', 'f1_score', 'sudden', 'a', '8192', 'search', $1, 's', '{}', '{}')`,
    [at(0)],
  )
  // Two operations a second for five minutes, each fifth of which is bad. From 15 s before the alert on, all are.
  await database.pool.query(
    `INSERT INTO measurements (at, id, kpi, value, service, model, context_size, operation, severity, metadata)
     SELECT $1::timestamptz - interval '0.5 s' * n, gen_random_uuid(), 'f1_score', 0.5, 'sudden', 'a', '8192', 'search',
       CASE WHEN n <= 30 OR n % 5 = 3 THEN 'critical' END, '{}'
     FROM generate_series(0, 600) AS n`,
    [at(0)],
  )
  const { rows } = await database.pool.query(
    'SELECT extract(epoch FROM starts_at - first_bad_operation(id))::float8 AS seconds FROM alert_episodes WHERE id = 7',
  )
  expect(rows).toEqual([{ seconds: 15 }])
})
