import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { defineConfig, retentionOf } from '@mnemoscope/kpi'
import { startAuditLog } from '../../src/audit/log.js'
import type { AuditedRequest } from '../../src/audit/routes.js'
import { applyRetention } from '../../src/database/retention.js'
import { type KeyChange, newKey } from '../../src/http/key-file.js'
import type { AuditEntry } from '../../src/http/serve.js'
import { startTestRecorder, type TestRecorder } from '../plumbing/recorder.js'
import { silentLogger } from '../plumbing/silent-logger.js'
import { waitFor } from '../plumbing/wait-for.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

const ops = newKey({ name: 'ops', scopes: ['configure'] })
const viewer = newKey({ name: 'viewer', scopes: ['read'] })
let recorder: TestRecorder

beforeAll(async () => {
  recorder = await startTestRecorder({ open: 'use', keys: () => [ops.key, viewer.key] })
}, 60_000)

afterAll(() => recorder?.stop(), 60_000)

const send = (method: 'GET' | 'PUT' | 'POST', path: string, key: string | undefined, body?: object) =>
  fetch(`${recorder.url}${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })

test('it holds who changed something and who was refused, and not who only read', async () => {
  const deployment = { service: 'memory', version: '1.2.3' }
  expect((await send('POST', '/api/deployments', ops.text, deployment)).status).toBe(200)
  expect((await send('PUT', '/api/config', ops.text, { patch: {} })).status).toBe(409)
  expect((await send('POST', '/api/deployments', viewer.text, deployment)).status).toBe(403)
  expect((await send('GET', '/api/episodes', 'guess')).status).toBe(401)
  expect((await send('GET', '/api/episodes', viewer.text)).status).toBe(200)
  expect((await send('GET', '/api/episodes?hours=x', viewer.text)).status).toBe(400)
  const read = async () => {
    const response = await send('GET', '/api/audit', ops.text)
    return ((await response.json()) as { entries: readonly AuditedRequest[] }).entries
  }
  const entries = await waitFor(async () => {
    const all = await read()
    return all.length === 4 && all
  })
  expect(
    entries.map(({ by, operation, scope, allowed, code }) => [by, operation, scope, allowed, code]),
  ).toEqual([
    [null, 'GET /api/episodes', 'read', false, 'TOKEN_REQUIRED'],
    ['viewer', 'POST /api/deployments', 'configure', false, 'ACCESS_DENIED'],
    ['ops', 'PUT /api/config', 'configure', false, 'CONFIG_READ_ONLY'],
    ['ops', 'POST /api/deployments', 'configure', true, null],
  ])
  expect(new Set(entries.map(({ sender }) => sender))).toEqual(new Set(['127.0.0.1']))
  expect((await send('GET', '/api/audit', viewer.text)).status).toBe(403)
})

test('what was done with keys is there once, also from before the recorder ran', async () => {
  const change = (change: KeyChange['change'], at: number): KeyChange => ({
    ...{ id: randomUUID(), at, by: 'ann', change, name: 'ops', scopes: ['configure', 'read'] as const },
    ...(change === 'revoke' && { services: ['memory', 'chat'] }),
  })
  const changes = [change('create', Date.now() - 401 * 86_400_000), change('create', Date.now() - 60_000)]
  const stored = async () => {
    const { rows } = await recorder.pool.query<{ text: string }>(
      `SELECT concat_ws(' | ', operation, scope, by, sender, round(extract(epoch FROM now() - at) / 60)) AS text
       FROM audit_log WHERE operation LIKE 'key %' ORDER BY at`,
    )
    return rows.map(({ text }) => text)
  }
  const others = await Promise.all(
    [1, 2].map(() => recorder.startAnother({ keys: () => [ops.key], keyChanges: () => changes })),
  )
  await waitFor(async () => (await stored()).length > 0)
  changes.push(change('revoke', Date.now()))
  await waitFor(async () => (await stored()).length > 1)
  for (const other of others) await other.stop()
  expect(await stored()).toEqual([
    'key create ops | configure, read | ann | 1',
    'key revoke ops | configure, read for memory, chat | ann | 0',
  ])
})

test.each([
  ['changed', "UPDATE audit_log SET by = 'somebody else'"],
  ['removed', 'DELETE FROM audit_log'],
  ['emptied', 'TRUNCATE audit_log'],
])('it cannot be %s', async (_, statement) => {
  await expect(recorder.pool.query(statement)).rejects.toMatchObject({ code: '42501' })
  const { rows } = await recorder.pool.query('SELECT count(*)::int AS entries FROM audit_log')
  expect(rows[0].entries).toBeGreaterThan(0)
})

test('the retention removes entries of more than 400 days ago, and no others', async () => {
  await recorder.pool.query(
    `INSERT INTO audit_log (id, at, operation, scope, allowed)
     SELECT gen_random_uuid(), now() - days * interval '1 day', 'old', 'configure', true
     FROM unnest('{399, 402}'::int[]) AS each (days)`,
  )
  await applyRetention(recorder.pool, retentionOf(defineConfig()), new Date())
  const { rows } = await recorder.pool.query(
    "SELECT extract(day FROM now() - at)::int AS days FROM audit_log WHERE operation = 'old'",
  )
  expect(rows).toEqual([{ days: 399 }])
})

test('entries wait for the database, each is stored once, and those beyond 1,000 are counted', async () => {
  const lost: number[] = []
  await recorder.pool.query('ALTER TABLE audit_log RENAME TO audit_log_away')
  const log = startAuditLog(recorder.pool, silentLogger, { inc: (n = 1) => lost.push(Number(n)) })
  const entry = (operation: string): AuditEntry => ({
    by: 'ops',
    from: '127.0.0.1',
    operation,
    scope: 'configure',
    allowed: true,
    code: null,
    unlogged: 0,
  })
  for (let n = 0; n < 1_002; n++) log.add(entry(`waiting ${n}`))
  expect(lost).toEqual([1, 1])
  await recorder.pool.query('ALTER TABLE audit_log_away RENAME TO audit_log')
  log.add(entry('one too many'))
  await log.stop()
  const { rows } = await recorder.pool.query(
    "SELECT count(*)::int AS entries, count(DISTINCT operation)::int AS different FROM audit_log WHERE operation LIKE 'waiting%'",
  )
  expect(rows).toEqual([{ entries: 1_000, different: 1_000 }])
})
