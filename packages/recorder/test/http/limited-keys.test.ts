import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import type pg from 'pg'
import { anyRoutes } from '../../src/api/routes.js'
import { newKey } from '../../src/http/key-file.js'
import type { AnyRoute } from '../../src/http/route.js'
import { keyScopes as scopes } from '../../src/index.js'
import { f1, record } from '../measurements/otlp-logs.js'
import { notification } from '../plumbing/notification.js'
import { startTestRecorder, type TestRecorder } from '../plumbing/recorder.js'
import { seedEverything } from '../plumbing/seed.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

/** For everything, and for one service alone. */
const limited = newKey({ name: 'memory-team', scopes, services: ['memory'] })
const tables = ['measurements', 'alert_episodes', 'alert_acknowledgements', 'deployments'] as const
let recorder: TestRecorder

beforeAll(async () => {
  recorder = await startTestRecorder({ keys: () => [limited.key] }, async (pool) => {
    await seedEverything(pool)
    await seedOther(pool)
  })
}, 60_000)

afterAll(() => recorder?.stop(), 60_000)

/** The same history for a service of others, with an id of its own in each table. */
async function seedOther(pool: pg.Pool): Promise<void> {
  await pool.query(`INSERT INTO series (service, model, context_size, operation)
    SELECT 'stranger', model, context_size, operation FROM series`)
  await pool.query(`INSERT INTO snapshots (at, series_id, kpi, value, samples, mean, p50, p95, p99, max, buckets)
    SELECT at, own.id, kpi, value, samples, mean, p50, p95, p99, max, buckets FROM snapshots
    JOIN series ON series.id = series_id JOIN series AS own USING (model, context_size, operation)
    WHERE series.service = 'memory' AND own.service = 'stranger'`)
  await pool.query(`INSERT INTO measurements (at, id, kpi, value, outcome, service, model, context_size, operation, severity, metadata)
    SELECT at, gen_random_uuid(), kpi, value, outcome, 'stranger', model, context_size, operation, severity, metadata FROM measurements`)
  await pool.query(`INSERT INTO alert_episodes (cluster, fingerprint, alertname, severity, kpi, service, model, context_size, operation,
      starts_at, summary, labels, annotations)
    VALUES ('default', 'cc', 'MnemoscopeF1ScoreError', 'error', 'f1_score', 'stranger', 'a', '8192', 'search', now(), 'x', '{"job": "stranger"}', '{}'),
      ('default', 'dd', 'MnemoscopePrometheusDown', 'critical', NULL, NULL, NULL, NULL, NULL, now(), 'x', '{}', '{}')`)
  await pool.query(
    "INSERT INTO deployments (at, service, version, source) VALUES (now(), 'stranger', '1', 'api')",
  )
}

async function send({ method, path }: Pick<AnyRoute, 'method' | 'path'>, body?: unknown) {
  const response = await fetch(`${recorder.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${limited.text}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status: response.status, text: await response.text() }
}

const counts = async () =>
  Promise.all(
    tables.map(async (table) => {
      const { rows } = await recorder.pool.query<{ rows: number }>(
        `SELECT count(*)::int AS rows FROM ${table}`,
      )
      return rows[0]?.rows
    }),
  )

const logs = (...services: readonly (string | undefined)[]) => ({
  resourceLogs: services.map((service) => ({
    resource: {
      attributes: service === undefined ? [] : [{ key: 'service.name', value: { stringValue: service } }],
    },
    scopeLogs: [{ logRecords: [record(f1(0.1))] }],
  })),
})
const alerts = (...services: readonly (string | undefined)[]) =>
  notification(
    services.map((job) => ({
      status: 'firing',
      labels: { alertname: 'MnemoscopeF1ScoreCritical', ...(job !== undefined && { job }) },
      startsAt: new Date().toISOString(),
    })),
  )
const deployed = (service: string) => ({ service, version: '2' })
const webhook = { method: 'POST', path: '/api/webhook/alertmanager' } as const
const otlp = { method: 'POST', path: '/v1/logs' } as const
const deployments = { method: 'POST', path: '/api/deployments' } as const
const acknowledge = async (alertname: string) => {
  const { rows } = await recorder.pool.query<{ id: string }>(
    'SELECT id FROM alert_episodes WHERE alertname = $1 ORDER BY id LIMIT 1',
    [alertname],
  )
  return send({ method: 'POST', path: `/api/episodes/${rows[0]?.id ?? 999_999}/acknowledge` }, { by: 'ann' })
}

test.each<[string, () => ReturnType<typeof send>]>([
  ['a measurement of another service', () => send(otlp, logs('stranger'))],
  ['one among its own', () => send(otlp, logs('memory', 'stranger'))],
  [
    'one of a namespace',
    () =>
      send(otlp, {
        resourceLogs: [
          {
            ...logs('memory').resourceLogs[0],
            resource: {
              attributes: [
                ...(logs('memory').resourceLogs[0]?.resource.attributes ?? []),
                { key: 'service.namespace', value: { stringValue: 'eu' } },
              ],
            },
          },
        ],
      }),
  ],
  ['one of no service', () => send(otlp, logs(undefined))],
  ['nothing', () => send(otlp, logs())],
  ['an alert of another service', () => send(webhook, alerts('stranger'))],
  ['an alert among its own', () => send(webhook, alerts('memory', 'stranger'))],
  ['an alert of the pipeline', () => send(webhook, alerts('memory', undefined))],
  ['a deployment of another service', () => send(deployments, deployed('stranger'))],
  ['an acknowledgement of another service', () => acknowledge('MnemoscopeF1ScoreError')],
  ['an acknowledgement of the pipeline', () => acknowledge('MnemoscopePrometheusDown')],
  ['an acknowledgement of no episode', () => acknowledge('none')],
])('a key of one service is refused %s, and nothing is stored', async (_, request) => {
  const before = await counts()
  const { status, text } = await request()
  expect([status, text]).toEqual([403, expect.stringContaining('"code":"ACCESS_DENIED"')])
  expect(await counts()).toEqual(before)
})

test('it stores what is of its service', async () => {
  const before = await counts()
  const statuses = [
    await acknowledge('MnemoscopeF1ScoreCritical'),
    await send(otlp, logs('memory')),
    await send(webhook, alerts('memory')),
    await send(deployments, deployed('memory')),
  ].map(({ status }) => status)
  expect(statuses).toEqual([200, 200, 200, 200])
  expect(await counts()).toEqual(before.map((rows) => (rows ?? 0) + 1))
})

const asked = anyRoutes.filter(({ method, access }) => method === 'GET' && access !== 'open')

test.each(
  asked.filter(({ services }) => services !== undefined).map((route) => [route.path, route] as const),
)('it reads of %s its own service alone, and only if it says so', async (path, route) => {
  const example = (route.example?.query ?? {}) as Record<string, string>
  const ask = (service?: string) => {
    const query = new URLSearchParams(example)
    if (service !== undefined) query.set('service', service)
    return send({ method: 'GET', path: `${path}?${query}` })
  }
  const own = await ask('memory')
  expect(own.status).toBe(200)
  expect(own.text).not.toMatch(/"stranger"/)
  expect(own.text.length).toBeGreaterThan(60)
  for (const each of [await ask(), await ask('stranger'), await ask('memory,other')])
    expect([each.status, each.text]).toEqual([403, expect.not.stringContaining('snapshots')])
})

test('it is refused what is of all services', async () => {
  const others = anyRoutes.filter(
    ({ access, services }) => !/open|metrics/.test(access) && services === undefined,
  )
  for (const { method, path } of others) {
    const at = path.replace('{id}', '1').replace(/\{\+?\w+\}/, 'x')
    const { status } = await send({ method, path: at }, method === 'GET' ? undefined : {})
    expect(`${method} ${path} ${status}`).toBe(`${method} ${path} 403`)
  }
  expect(others.map(({ path }) => path)).toContain('/api/dashboard')
})

test('what it was refused is in the audit log, in its name', async () => {
  const { rows } = await recorder.pool.query(
    "SELECT DISTINCT by, code FROM audit_log WHERE operation = 'POST /v1/logs'",
  )
  expect(rows).toEqual([{ by: 'memory-team', code: 'ACCESS_DENIED' }])
})
