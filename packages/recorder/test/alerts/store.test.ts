import { expect, test } from '@jest/globals'
import type { Observation } from '../../src/alerts/observation.js'
import { storeObservations } from '../../src/alerts/store.js'
import { ownDatabase } from '../plumbing/database.js'

const begin = Date.parse('2026-03-01T12:00:00Z')
const at = (seconds: number) => begin + 1_000 * seconds
const alert = {
  cluster: 'default',
  fingerprint: '00000000000000aa',
  labels: { alertname: 'MnemoscopeF1ScoreCritical', severity: 'critical' },
  annotations: { summary: 'F1 is low' },
} as const

const firing = (since: number): Observation => ({ ...alert, startsAt: at(since) })
const resolved = (since: number, until: number): Observation => ({
  ...firing(since),
  endsAt: at(until),
})
const samples = (first: number, last: number): Observation => ({
  ...firing(first),
  evidence: {
    lastFiringAt: at(last),
    startKnown: false,
    spans: [{ first: at(first), last: at(last) }],
    interval: 1_000,
  },
})

const database = ownDatabase()

test('a breach that notifications split in two is stored as one open episode and an empty one', async () => {
  const store = { pool: database.pool, handlers: [] }
  for (const notification of [firing(10), resolved(10, 20), firing(30)])
    await storeObservations(store, [notification])
  const transitions = await storeObservations(store, [samples(8, 31)])
  expect(transitions.map(({ kind }) => kind).sort()).toEqual(['closed', 'reopened'])
  const { rows } = await database.pool.query(
    `SELECT extract(epoch FROM starts_at - $1)::float8 AS since, extract(epoch FROM ends_at - $1)::float8 AS until,
       closed_how FROM alert_episodes ORDER BY starts_at`,
    [new Date(begin)],
  )
  expect(rows).toEqual([
    { since: 10, until: null, closed_how: null },
    { since: 30, until: 30, closed_how: 'superseded' },
  ])
  expect(await storeObservations(store, [samples(8, 31), firing(30)])).toEqual([])
})
