import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import fc from 'fast-check'
import type pg from 'pg'
import { notification, postWebhook } from '../plumbing/notification.js'
import { startTestRecorder, type TestRecorder } from '../plumbing/recorder.js'
import { waitFor } from '../plumbing/wait-for.js'
import {
  apiRequest,
  type HostileRequest,
  harmlessLogsRequest,
  harmlessWebhookRequest,
  logsRequest,
  unauthorisedRequest,
  webhookRequest,
} from './hostile-requests.js'

/** Requests in all; `MNEMOSCOPE_HOSTILE_RUNS=100000` is the long form, about 5 minutes. */
const runs = Number(process.env.MNEMOSCOPE_HOSTILE_RUNS ?? 160)

/** Concurrent requests: each lane is a separate property, so that a failure still shrinks to one request. */
const lanes = Math.min(16, runs)

const longestMs = 3_600_000

let recorder: TestRecorder
let pool: pg.Pool

beforeAll(async () => {
  // Data from years ago are kept, so that they can be counted.
  recorder = await startTestRecorder({ config: defineConfig({ retention: { alertsDays: 36_500 } }) })
  pool = recorder.pool
}, 60_000)

afterAll(() => recorder?.stop(), 60_000)

const refusals = [400, 404, 405, 409, 413, 414, 415, 422, 431]

function call(
  url: string,
  { method, path, contentType, body, authorization }: HostileRequest,
): Promise<Response> {
  return fetch(`${url}${path}`, {
    method,
    headers: {
      ...(contentType === undefined ? {} : { 'content-type': contentType }),
      ...(authorization === undefined ? {} : { authorization }),
    },
    ...(body === undefined ? {} : { body }),
  })
}

/** Sends a request; it is to be served, or refused with a code. @returns the answer where it is served */
async function send(request: HostileRequest): Promise<string | undefined> {
  const response = await call(recorder.url, request)
  const text = await response.text()
  if (response.status === 200) return text
  if (!refusals.includes(response.status)) throw new Error(`HTTP ${response.status}: ${text}`)
  // What Node refuses before it is a request of ours has no body.
  if (response.status !== 431 && !/"code":"(?:REQUEST_|CONFIG_)/.test(text))
    throw new Error(`no code: ${text}`)
  return undefined
}

/** Tries a share of the runs with a kind of request. */
async function tryOut(
  share: number,
  request: fc.Arbitrary<HostileRequest>,
  onServed: (answer: string) => void = () => undefined,
): Promise<void> {
  const numRuns = Math.ceil((runs * share) / lanes)
  const property = fc.asyncProperty(request, async (given) => {
    const answer = await send(given)
    if (answer !== undefined) onServed(answer)
  })
  await Promise.all(Array.from({ length: lanes }, () => fc.assert(property, { numRuns })))
}

/** Sends harmless requests among the others; each is to be served. @returns the answers */
async function serveAll(share: number, request: fc.Arbitrary<HostileRequest>): Promise<string[]> {
  const answers: string[] = []
  const property = fc.asyncProperty(request, async (given) => {
    const answer = await send(given)
    if (answer === undefined) throw new Error(`refused: ${given.body}`)
    answers.push(answer)
  })
  await fc.assert(property, { numRuns: Math.ceil(runs * share) })
  return answers
}

async function count(table: string, of = pool): Promise<number> {
  return (await of.query(`SELECT count(*)::int AS n FROM ${table}`)).rows[0].n
}

/** Rows of everything that a request can write, once the recorder has stored the configuration it started with. */
async function counts(of: pg.Pool): Promise<Record<string, number>> {
  await waitFor(async () => (await count('config_changes', of)) > 0)
  const tables = [
    'alert_transitions',
    'alert_acknowledgements',
    'measurements',
    'config_changes',
    'deployments',
  ]
  const entries = tables.map(async (table) => [table, await count(table, of)] as const)
  return Object.fromEntries(await Promise.all(entries))
}

test(
  'a webhook body is stored, or refused with a code and without a row',
  async () => {
    let transitions = 0
    const add = (answer: string) => {
      transitions += JSON.parse(answer).transitions
    }
    const [harmless] = await Promise.all([
      serveAll(0.1, harmlessWebhookRequest),
      tryOut(0.5, webhookRequest, add),
    ])
    harmless.forEach(add)
    expect(await count("alert_episodes WHERE alertname = 'MnemoscopeHarmless'")).toBeGreaterThan(0)
    expect(await count('alert_transitions')).toBe(transitions)
    expect(await count("alert_episodes WHERE alertname = ''")).toBe(0)
  },
  longestMs,
)

test(
  'log records become measurements, or are refused with a code',
  async () => {
    const [harmless] = await Promise.all([serveAll(0.1, harmlessLogsRequest), tryOut(0.25, logsRequest)])
    expect(await count('measurements')).toBeGreaterThanOrEqual(harmless.length)
    expect(await count("measurements WHERE kpi <> 'latency' OR service = '' OR model = ''")).toBe(0)
  },
  longestMs,
)

test(
  'no parameter of the API makes the recorder fail, or writes a row',
  async () => {
    const before = await counts(pool)
    await tryOut(0.25, apiRequest)
    expect(await counts(pool)).toEqual(before)
  },
  longestMs,
)

test(
  'a recorder with a token stores nothing that comes without it',
  async () => {
    const token = 'of-my-own'
    const guarded = await startTestRecorder({ token })
    try {
      const starts = notification([
        { status: 'firing', labels: { alertname: 'MnemoscopeA' }, startsAt: new Date().toISOString() },
      ])
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
      const stored = await fetch(`${guarded.url}/api/webhook/alertmanager`, {
        method: 'POST',
        headers,
        body: JSON.stringify(starts),
      })
      expect(stored.status).toBe(200)
      const before = await counts(guarded.pool)
      expect(before).toMatchObject({ alert_transitions: 1, deployments: 0, alert_acknowledgements: 0 })
      expect(await postWebhook(guarded.url, starts)).toMatchObject({
        status: 401,
        body: { error: { code: 'TOKEN_REQUIRED' } },
      })
      const property = fc.asyncProperty(unauthorisedRequest(token), async (request) => {
        const response = await call(guarded.url, request)
        const text = await response.text()
        // What Node refuses before it is a request of ours.
        if (response.status === 431) return
        if (response.status !== 401 || !text.includes('"code":"TOKEN_REQUIRED"')) {
          throw new Error(`HTTP ${response.status}: ${text}`)
        }
      })
      // Most of them wait, as they have a wrong key.
      const numRuns = Math.ceil(runs / 4 / lanes)
      await Promise.all(Array.from({ length: lanes }, () => fc.assert(property, { numRuns })))
      expect(await counts(guarded.pool)).toEqual(before)
    } finally {
      await guarded.stop()
    }
  },
  longestMs,
)

test('after all that the tables are there, and the recorder is alive', async () => {
  expect(await count('series')).toBe(0)
  expect((await fetch(`${recorder.url}/healthz`)).status).toBe(200)
})
