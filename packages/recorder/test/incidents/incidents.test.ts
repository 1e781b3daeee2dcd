import { expect, jest, test } from '@jest/globals'
import { retentionOf } from '@mnemoscope/kpi'
import { applyRetention } from '../../src/database/retention.js'
import { incidentDetail } from '../../src/incidents/detail.js'
import { comment, merge, split, title } from '../../src/incidents/people.js'
import { ownDatabase } from '../plumbing/database.js'
import { config, happen, incidentsOf } from './histories.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

const database = ownDatabase()
const ada = { by: 'ada', comment: null }

async function rowsOf(...ids: string[]) {
  const { rows } = await database.pool.query(
    `SELECT title, severity, state, alerts::int, open_alerts::int, people FROM incidents
     WHERE id = ANY($1::bigint[]) ORDER BY id`,
    [ids],
  )
  return rows
}

test('alerts of a service within minutes are one incident, also when the one that joins them comes last', async () => {
  const { pool } = database
  await happen(
    pool,
    { kpi: 'f1_score', from: 0, to: 5 },
    { kpi: 'latency', from: 18, level: 'critical' },
    { kpi: 'f1_score', from: 3, service: 'other' },
  )
  const before = await incidentsOf(pool)
  expect(Object.values(before)).toEqual([['f1_score warning at 0'], ['latency critical at 18']])
  await happen(pool, { kpi: 'memory_usage', from: 9, to: 11 })
  const all = ['f1_score warning at 0', 'memory_usage warning at 9', 'latency critical at 18']
  const [first, second] = Object.keys(before) as [string, string]
  expect(await incidentsOf(pool)).toEqual({ [first]: all })
  expect(await rowsOf(first, second)).toEqual([
    {
      title: 'memory: Latency, F1 score and 1 more, 3 alerts',
      severity: 'critical',
      state: 'open',
      alerts: 3,
      open_alerts: 1,
      people: [],
    },
  ])
  // Who follows the link of the other one finds them.
  expect(await incidentDetail(pool, second, config.kpis)).toMatchObject({
    id: Number(first),
    merged: [Number(second)],
  })
  // Who was notified, once for all alerts of a message.
  await pool.query(
    `INSERT INTO alert_notifications (episode_id, at, receiver, integration, outcome, via)
     SELECT episode_id, '2026-03-01T12:20:00Z'::timestamptz + make_interval(secs => n * 10), 'night', 'webhook',
       (ARRAY['routed', 'success'])[n + 1], 'api'
     FROM incident_episodes, generate_series(0, 1) AS n WHERE incident_id = $1`,
    [first],
  )
  const told = await incidentDetail(pool, first, config.kpis)
  const delivered = Date.parse('2026-03-01T12:20:10Z') / 1_000
  expect(told).toMatchObject({ was_notified: true, notified_at: delivered, left_out: 0 })
  expect(told?.timeline.filter(({ kind }) => kind === 'notification')).toMatchObject([
    { at: delivered, what: 'night by webhook: delivered, of 3 alerts', episode: null },
  ])
  // Nothing new, nothing changes.
  await happen(pool, { kpi: 'memory_usage', from: 9, to: 11 })
  expect(await incidentsOf(pool)).toEqual({ [first]: all })
})

test('what people merge and split stays, whatever comes after, and a split of what was merged restores it', async () => {
  const { pool } = database
  await happen(
    pool,
    { kpi: 'f1_score', from: 100, to: 102, service: 'a' },
    { kpi: 'latency', from: 101, to: 103, service: 'a' },
    { kpi: 'latency', from: 300, to: 303, service: 'a' },
  )
  const before = await incidentsOf(pool, 'a')
  const [early, late] = Object.keys(before) as [string, string]
  await comment(pool, late, { by: 'grace', comment: 'the same *index* again' })
  await title(pool, late, { by: 'grace', comment: 'Index lost' })
  expect(await merge(pool, { id: early, other: late }, ada, config.kpis)).toBe(early)
  // What begins near either is part of it.
  await happen(pool, { kpi: 'memory_usage', from: 302, to: 304, service: 'a' })
  const merged = Object.values(before).flat()
  expect(await incidentsOf(pool, 'a')).toEqual({ [early]: [...merged, 'memory_usage warning at 302'] })
  expect(await rowsOf(early)).toMatchObject([{ state: 'resolved', alerts: 4, people: ['grace'] }])
  const { rows } = await pool.query(
    `SELECT id FROM alert_episodes WHERE service = 'a' AND kpi = 'latency' AND summary LIKE '%300'`,
  )
  expect(await split(pool, { id: early, episodes: [rows[0].id] }, ada, config.kpis)).toBe(late)
  await happen(pool, { kpi: 'f1_score', from: 305, to: 306, service: 'a' })
  expect(await incidentsOf(pool, 'a')).toEqual({
    [early]: [...(before[early] ?? []), 'memory_usage warning at 302', 'f1_score warning at 305'],
    [late]: before[late],
  })
  expect(await rowsOf(late)).toMatchObject([{ title: 'Index lost', alerts: 1, people: ['grace'] }])
  const detail = await incidentDetail(pool, early, config.kpis)
  expect(
    detail?.timeline.filter(({ by }) => by !== null).map(({ kind, by, what }) => [kind, by, what]),
  ).toEqual([
    ['merged', 'ada', `Incident ${late} became part of ${early}`],
    ['split', 'ada', `1 alert split off to incident ${late}`],
  ])
  // It can be split further; the part is a new incident.
  const [episode] = detail?.episodes ?? []
  const part = await split(pool, { id: early, episodes: [String(episode?.id)] }, ada, config.kpis)
  expect((await incidentsOf(pool, 'a'))[part]).toEqual(['f1_score warning at 100'])
})

test.each<[what: string, act: (ids: string[]) => Promise<unknown>, message: RegExp]>([
  [
    'an unknown incident',
    () => comment(database.pool, '99999', { by: 'ada', comment: 'x' }),
    /no incident 99999/,
  ],
  [
    'an incident and itself',
    ([id = '']) => merge(database.pool, { id, other: id }, ada, config.kpis),
    /is part of \d+ already/,
  ],
  [
    'an unknown other one',
    ([id = '']) => merge(database.pool, { id, other: '99999' }, ada, config.kpis),
    /no incident 99999/,
  ],
  [
    'an alert of another incident',
    ([id = '']) => split(database.pool, { id, episodes: ['99999'] }, ada, config.kpis),
    /has no alert 99999/,
  ],
  [
    'all of its alerts',
    async ([id = '']) => {
      const { rows } = await database.pool.query(
        'SELECT episode_id AS id FROM incident_episodes WHERE incident_id = $1',
        [id],
      )
      return split(database.pool, { id, episodes: rows.map((row) => row.id) }, ada, config.kpis)
    },
    /these are all alerts/,
  ],
])('refuses %s', async (_, act, message) => {
  await happen(database.pool, { kpi: 'f1_score', from: 0, to: 1, service: 'refused' })
  await expect(act(Object.keys(await incidentsOf(database.pool, 'refused')))).rejects.toThrow(message)
})

test('an incident is deleted with its last alert', async () => {
  const { pool } = database
  await happen(pool, { kpi: 'f1_score', from: 0, to: 1, service: 'old' })
  const [id] = Object.keys(await incidentsOf(pool, 'old'))
  await pool.query("UPDATE alert_incidents SET opened_at = '2026-03-01T12:00:00Z' WHERE id = $1", [id])
  await applyRetention(pool, { ...retentionOf(config), alertsDays: 10 }, new Date('2026-03-20T12:00:00Z'))
  const { rows } = await pool.query('SELECT FROM alert_incidents WHERE id = $1', [id])
  expect(rows).toEqual([])
})
