import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import fc from 'fast-check'
import type pg from 'pg'
import { startTestRecorder, type TestRecorder } from '../plumbing/recorder.js'
import { apiRequest, type HostileRequest, logsRequest, webhookRequest } from './hostile-requests.js'

/** Requests in all; `MNEMOSCOPE_HOSTILE_RUNS=100000` is the long form, about 5 minutes. */
const runs = Number(process.env.MNEMOSCOPE_HOSTILE_RUNS ?? 400)

/** Requests under way at once: each lane is a property of its own, so that a failure still shrinks to one request. */
const lanes = Math.min(16, runs)

const longestMs = 3_600_000

let recorder: TestRecorder
let pool: pg.Pool

beforeAll(async () => {
  // What is told of years ago is kept, so that it can be counted.
  recorder = await startTestRecorder({ config: defineConfig({ retention: { alertsDays: 36_500 } }) })
  pool = recorder.pool
}, 60_000)

afterAll(() => recorder?.stop(), 60_000)

const refusals = [400, 404, 409, 413, 414, 415, 431]

/** Sends a request; it is to be served, or refused with a code. @returns the answer where it is served */
async function send({ method, path, contentType, body }: HostileRequest): Promise<string | undefined> {
  const response = await fetch(`${recorder.url}${path}`, {
    method,
    ...(body === undefined ? {} : { body }),
    ...(contentType === undefined ? {} : { headers: { 'content-type': contentType } }),
  })
  const text = await response.text()
  if (response.status === 200) return text
  if (!refusals.includes(response.status)) throw new Error(`HTTP ${response.status}: ${text}`)
  // What Node refuses before it is a request of ours has no body.
  if (response.status !== 431 && !/"code":"REQUEST_/.test(text)) throw new Error(`no code: ${text}`)
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

async function count(table: string): Promise<number> {
  return (await pool.query(`SELECT count(*)::int AS n FROM ${table}`)).rows[0].n
}

test(
  'a webhook body is stored, or refused with a code and without a row',
  async () => {
    let transitions = 0
    await tryOut(0.5, webhookRequest, (answer) => {
      transitions += JSON.parse(answer).transitions
    })
    expect(transitions).toBeGreaterThan(0)
    expect(await count('alert_transitions')).toBe(transitions)
    expect(await count("alert_episodes WHERE alertname = ''")).toBe(0)
  },
  longestMs,
)

test(
  'log records become measurements, or are refused with a code',
  async () => {
    await tryOut(0.25, logsRequest)
    expect(await count('measurements')).toBeGreaterThan(0)
    expect(await count("measurements WHERE kpi <> 'latency' OR service = '' OR model = ''")).toBe(0)
  },
  longestMs,
)

test(
  'no parameter of the API makes the recorder fail, or writes a row',
  async () => {
    const before = [await count('alert_transitions'), await count('measurements')]
    await tryOut(0.25, apiRequest)
    expect([await count('alert_transitions'), await count('measurements')]).toEqual(before)
  },
  longestMs,
)

test('after all that the tables are there, and the recorder is alive', async () => {
  expect(await count('series')).toBe(0)
  expect((await fetch(`${recorder.url}/healthz`)).status).toBe(200)
})
