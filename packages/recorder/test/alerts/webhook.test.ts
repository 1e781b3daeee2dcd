import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { defineConfig, names } from '@mnemoscope/kpi'
import type pg from 'pg'
import type { EpisodeDetail } from '../../src/episodes/detail.js'
import type { DashboardData, Readiness } from '../../src/index.js'
import { type ErrorAnswer, getJson } from '../plumbing/get-json.js'
import { type GivenNotificationAlert, notification, postWebhook } from '../plumbing/notification.js'
import { startTestRecorder, type TestRecorder } from '../plumbing/recorder.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

const labels = {
  alertname: 'MnemoscopeF1ScoreCritical',
  severity: 'critical',
  kpi: 'f1_score',
  job: 'memory',
  model: 'model-a',
  context_size: '8192',
}
const annotations = { summary: 'F1 score of model-a is critical', value: '0.42', threshold: '0.7' }
const startsAt = '2026-03-01T10:00:00.123456789Z'
const firing: GivenNotificationAlert = { status: 'firing', labels, annotations, startsAt }
const resolved: GivenNotificationAlert = { ...firing, status: 'resolved', endsAt: '2026-03-01T10:05:00Z' }

let recorder: TestRecorder
let pool: pg.Pool

beforeAll(async () => {
  // The alerts here stay the same age as time goes on: none may be removed as old while they are looked at.
  recorder = await startTestRecorder({ config: defineConfig({ retention: { alertsDays: 36_500 } }) })
  pool = recorder.pool
}, 60_000)

afterAll(() => recorder?.stop(), 60_000)

beforeEach(async () => {
  await pool.query('TRUNCATE alert_episodes CASCADE')
})

async function episodes() {
  const { rows } = await pool.query(
    `SELECT level, message, metric_type, current_value, threshold, model, context_size, closed_how, "timestamp"
     FROM alerts ORDER BY id`,
  )
  return rows
}

describe('the webhook', () => {
  test('stores an alert before it answers, in the columns of the specification', async () => {
    expect(await postWebhook(recorder.url, notification([firing]))).toEqual({
      status: 200,
      body: { alerts: 1, foreign: 0, transitions: 1 },
    })
    expect(await episodes()).toEqual([
      {
        level: 'critical',
        message: 'F1 score of model-a is critical',
        metric_type: 'f1_score',
        current_value: 0.42,
        threshold: 0.7,
        model: 'model-a',
        context_size: 8192,
        closed_how: null,
        timestamp: new Date('2026-03-01T10:00:00.123Z'),
      },
    ])
  })

  test('keeps no watchdog, and what came with it', async () => {
    const watchdog: GivenNotificationAlert = {
      status: 'firing',
      labels: { alertname: 'MnemoscopeWatchdog' },
      startsAt,
    }
    expect(await postWebhook(recorder.url, notification([watchdog, firing]))).toEqual({
      status: 200,
      body: { alerts: 1, foreign: 0, transitions: 1 },
    })
  })

  test('stores nothing of the alerts of other people, counts them, and says when it got the last notification', async () => {
    const metric = async (name: string) => {
      const text = await (await fetch(`${recorder.url}/metrics`)).text()
      return Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1])
    }
    const before = await metric(names.recorderMetric.foreignAlerts)
    const since = Date.now() / 1_000
    const foreign = { ...firing, labels: { ...labels, alertname: 'DiskFull' } }
    expect(await postWebhook(recorder.url, notification([foreign, firing, foreign]))).toEqual({
      status: 200,
      body: { alerts: 1, foreign: 2, transitions: 1 },
    })
    expect(await episodes()).toHaveLength(1)
    expect((await metric(names.recorderMetric.foreignAlerts)) - before).toBe(2)
    expect(await metric(names.recorderMetric.lastWebhook)).toBeGreaterThanOrEqual(since)
  })

  test('makes one episode of 100 equal notifications, where the first version made 100 alerts', async () => {
    for (let i = 0; i < 100; i++) await postWebhook(recorder.url, notification([firing]))
    expect(await episodes()).toHaveLength(1)
  })

  test('closes the episode that it opened, by the status of each alert and not of the group', async () => {
    await postWebhook(recorder.url, notification([firing]))
    const other = { ...firing, labels: { ...labels, model: 'model-b' } }
    await postWebhook(recorder.url, { ...notification([other, resolved]), status: 'firing' })
    expect((await episodes()).map(({ model, closed_how }) => [model, closed_how])).toEqual([
      ['model-a', 'resolved'],
      ['model-b', null],
    ])
  })

  test('makes one history of the same alerts from many senders at once', async () => {
    const alerts = Array.from({ length: 30 }, (_, i) => ({
      ...firing,
      labels: { ...labels, model: `model-${i}` },
    }))
    const shuffled = (seed: number) => alerts.toSorted((a, b) => hash(a, seed) - hash(b, seed))
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => postWebhook(recorder.url, notification(shuffled(i)))),
    )
    expect(answers.map(({ status }) => status)).toEqual(new Array(20).fill(200))
    expect(await episodes()).toHaveLength(30)
  })

  test('keeps clusters apart', async () => {
    for (const cluster of ['eu', 'us']) {
      await fetch(`${recorder.url}/api/webhook/alertmanager?cluster=${cluster}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(notification([firing])),
      })
    }
    expect(await episodes()).toHaveLength(2)
  })

  test('the dashboard is JSON also when it has alerts, where the first version failed', async () => {
    await postWebhook(recorder.url, notification([firing]))
    const { body: data } = await getJson<DashboardData>(`${recorder.url}/api/dashboard?hours=87600`)
    expect(data.recent_alerts).toHaveLength(1)
    expect(data.alert_summary).toEqual({
      total_alerts: 1,
      alert_counts: { info: 0, warning: 0, error: 0, critical: 1 },
      has_critical: true,
      has_error: false,
      has_warning: false,
    })
    expect(data.recent_alerts[0]).toMatchObject({ level: 'critical', current_value: 0.42, model: 'model-a' })
  })

  test.each<[name: string, status: number, body: unknown, contentType: string]>([
    ['no JSON', 400, '{', 'application/json'],
    ['JSON of another shape', 400, { hello: 'world' }, 'application/json'],
    ['null', 400, 'null', 'application/json'],
    ['another version of the format', 400, { ...notification([firing]), version: '5' }, 'application/json'],
    [
      'an alert without a name',
      400,
      notification([{ ...firing, labels: { job: 'memory' } }]),
      'application/json',
    ],
    [
      'a label that is no text',
      400,
      notification([{ ...firing, labels: { alertname: 'A', n: 1 } as never }]),
      'application/json',
    ],
    ['an invalid time', 400, notification([{ ...firing, startsAt: 'yesterday' }]), 'application/json'],
    [
      'a start in year 1',
      400,
      notification([{ ...firing, startsAt: '0001-01-01T00:00:00Z' }]),
      'application/json',
    ],
    [
      'a start that is to come',
      400,
      notification([{ ...firing, startsAt: '9998-01-01T00:00:00Z' }]),
      'application/json',
    ],
    ['an unknown status', 400, notification([{ ...firing, status: 'maybe' as never }]), 'application/json'],
    [
      'too many labels',
      400,
      notification([{ ...firing, labels: { ...labels, ...many(200) } }]),
      'application/json',
    ],
    ['a form instead of JSON', 415, 'alerts=1', 'application/x-www-form-urlencoded'],
    ['text of a page of another site', 415, JSON.stringify(notification([firing])), 'text/plain'],
    ['a body beyond the limit', 413, JSON.stringify({ pad: 'x'.repeat(9_000_000) }), 'application/json'],
  ])('refuses %s with %i, and stores nothing', async (_, status, body, contentType) => {
    const answer = await postWebhook(recorder.url, body, contentType)
    expect(answer.status).toBe(status)
    expect(answer.body.error).toMatchObject({
      code: expect.stringMatching(/^REQUEST_/),
      next: expect.any(String),
    })
    expect(await episodes()).toEqual([])
  })

  test('stores characters that Postgres can not hold as the replacement character', async () => {
    const odd = { ...labels, model: 'a\0b', note: '\ud800' }
    expect((await postWebhook(recorder.url, notification([{ ...firing, labels: odd }]))).status).toBe(200)
    expect((await episodes())[0]).toMatchObject({ model: 'a\uFFFDb' })
  })

  test('an end in the future is stored as now, so that no later alert becomes part of that episode', async () => {
    const before = Date.now()
    const ends = { ...resolved, endsAt: '9998-01-01T00:00:00Z' }
    expect((await postWebhook(recorder.url, notification([ends]))).status).toBe(200)
    const { rows } = await pool.query('SELECT ends_at AS at FROM alert_episodes')
    expect(rows[0].at.getTime()).toBeGreaterThanOrEqual(before)
    expect(rows[0].at.getTime()).toBeLessThanOrEqual(Date.now())
  })

  test('what changed says its times as Unix seconds, as every answer of the API does', async () => {
    await postWebhook(recorder.url, notification([firing]))
    await postWebhook(recorder.url, notification([resolved]))
    const { rows } = await pool.query<{ id: string }>('SELECT id FROM alert_episodes')
    const { body } = await getJson<EpisodeDetail>(`${recorder.url}/api/episodes/${rows[0]?.id}`)
    expect(body.transitions.map(({ kind, detail }) => ({ kind, detail }))).toEqual([
      { kind: 'opened', detail: { starts_at: Date.parse(startsAt) / 1_000, value: 0.42 } },
      {
        kind: 'closed',
        detail: { ends_at: Date.parse('2026-03-01T10:05:00Z') / 1_000, closed_how: 'resolved' },
      },
    ])
  })

  test('a NaN for a value is unknown, and blocks nothing', async () => {
    const nan = { ...firing, annotations: { ...annotations, value: 'NaN', threshold: '+Inf' } }
    expect((await postWebhook(recorder.url, notification([nan]))).status).toBe(200)
    expect((await episodes())[0]).toMatchObject({ current_value: null, threshold: null })
  })
})

describe('query parameters', () => {
  test.each([
    '/api/dashboard?hours=0',
    '/api/dashboard?hours=-1',
    '/api/dashboard?hours=x',
    '/api/dashboard?hours=1e9',
    '/api/dashboard?hour=1',
    '/api/dashboard?model=%00',
    '/api/series',
    '/api/series?kpi=nothing',
    '/api/series?kpi=f1_score&limit=1e9',
    '/api/episodes?state=maybe',
  ])('%s is refused with 400 and a code', async (path) => {
    const { status, body } = await getJson<ErrorAnswer>(`${recorder.url}${path}`)
    expect(status).toBe(400)
    expect(body.error.code).toBe('REQUEST_INVALID')
  })

  test('an unknown path is answered with 404 and a code', async () => {
    const { status, body } = await getJson<ErrorAnswer>(`${recorder.url}/../etc/passwd`)
    expect(status).toBe(404)
    expect(body.error.code).toBe('REQUEST_INVALID')
  })
})

test('without Prometheus the recorder is alive, and says that it is not ready and why', async () => {
  expect((await fetch(`${recorder.url}/healthz`)).status).toBe(200)
  const { status, body } = await getJson<Readiness>(`${recorder.url}/readyz`)
  expect(status).toBe(503)
  expect(body.ready).toBe(false)
  expect(body.problems.join('\n')).toMatch(/Prometheus does not answer/)
})

test('every file of the page is served under a strict content security policy', async () => {
  const page = await fetch(recorder.url)
  expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'; script-src 'self'/)
  const html = await page.text()
  expect(html).not.toMatch(/<script(?![^>]* src=)|style=|onclick=/)
  for (const [, path] of html.matchAll(/(?:href|src)="(\/page\/[^"]+)"/g)) {
    expect((await fetch(`${recorder.url}${path}`)).status).toBe(200)
  }
})

function many(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`label_${i}`, 'x']))
}

function hash(alert: GivenNotificationAlert, seed: number): number {
  return [...(alert.labels.model ?? '')].reduce(
    (sum, c) => (sum * 31 + c.charCodeAt(0) + seed * 17) % 997,
    seed,
  )
}
