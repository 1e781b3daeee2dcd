import { afterAll, beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type pg from 'pg'
import { notification } from '../plumbing/notification.js'
import { startTestRecorder, type TestRecorder } from '../plumbing/recorder.js'

/** `MNEMOSCOPE_HOSTILE_RUNS=100000` for the long form. */
const runs = Number(process.env.MNEMOSCOPE_HOSTILE_RUNS ?? 300)

let recorder: TestRecorder
let pool: pg.Pool

beforeAll(async () => {
  recorder = await startTestRecorder()
  pool = recorder.pool
}, 60_000)

afterAll(() => recorder?.stop(), 60_000)

const odd = fc.oneof(
  fc.constantFrom(
    '\0',
    '\ud800',
    "'; DROP TABLE series; --",
    '__proto__',
    '',
    'x'.repeat(20_000),
    '+Inf',
    'NaN',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
)

const time = fc.oneof(
  fc.constantFrom(
    '0001-01-01T00:00:00Z',
    '9999-12-31T23:59:59Z',
    '+275760-09-13T00:00:00Z',
    '2026-02-30T00:00:00Z',
    'now',
  ),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
)

/** A notification in which anything may be anything else. */
const body = fc.oneof(
  { weight: 1, arbitrary: fc.json() },
  { weight: 1, arbitrary: odd },
  {
    weight: 3,
    arbitrary: fc
      .array(
        fc.record(
          {
            status: fc.oneof(fc.constantFrom('firing', 'resolved'), odd),
            labels: fc.oneof(
              fc.dictionary(odd, odd, { maxKeys: 5 }),
              fc.constant({ alertname: 'A' }),
              fc.jsonValue(),
            ),
            annotations: fc.oneof(fc.dictionary(odd, odd, { maxKeys: 3 }), fc.jsonValue()),
            startsAt: fc.oneof(time, odd),
            endsAt: fc.oneof(time, odd),
          },
          { requiredKeys: [] },
        ),
        { maxLength: 4 },
      )
      .map((alerts) => JSON.stringify(notification(alerts as never))),
  },
)

const target = fc
  .tuple(
    fc.constantFrom(
      'dashboard',
      'episodes',
      'series',
      'charts',
      'gaps',
      'analysis/models',
      'analysis/weeks',
      'analysis/changes',
      'measurements',
      'snapshots',
      'episodes/1',
      'nothing',
    ),
    fc.dictionary(
      fc.constantFrom(
        'hours',
        'model',
        'service',
        'context_size',
        'kpi',
        'limit',
        'state',
        'from',
        'to',
        'before',
        'cursor',
        'format',
        'x',
      ),
      fc.oneof(odd, fc.double().map(String), fc.constantFrom('f1_score', 'open', '1e309', '-1', '24')),
      { maxKeys: 4 },
    ),
  )
  .map(([path, parameters]) => {
    const query = Object.entries(parameters).map(
      ([name, value]) => `${name}=${encodeURIComponent(value.replaceAll(/\p{Surrogate}/gu, '%ED'))}`,
    )
    return `/api/${path}?${query.join('&')}`
  })

const allowed = [200, 400, 404, 413, 414, 415, 431]

test('no webhook body makes the recorder fail: it is stored, or refused with a code', async () => {
  await fc.assert(
    fc.asyncProperty(body, async (text) => {
      const response = await fetch(`${recorder.url}/api/webhook/alertmanager`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: text,
      })
      expect(allowed).toContain(response.status)
      if (response.status !== 200) {
        expect(await response.json()).toMatchObject({ error: { code: expect.stringMatching(/^REQUEST_/) } })
      } else await response.body?.cancel()
    }),
    { numRuns: runs },
  )
}, 3_600_000)

test('no parameter of the API makes the recorder fail', async () => {
  await fc.assert(
    fc.asyncProperty(target, async (path) => {
      const response = await fetch(`${recorder.url}${path}`)
      expect(allowed).toContain(response.status)
      await response.body?.cancel()
    }),
    { numRuns: Math.ceil(runs / 3) },
  )
}, 3_600_000)

test('after all that the tables are there, and every episode has a name', async () => {
  const { rows } = await pool.query(
    "SELECT count(*) FILTER (WHERE alertname = '')::int AS nameless FROM alert_episodes, series",
  )
  expect(rows).toEqual([{ nameless: 0 }])
  expect((await fetch(`${recorder.url}/healthz`)).status).toBe(200)
})
