import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type pg from 'pg'
import { createPartitions, dayOf } from '../../src/database/partitions.js'
import { type ErrorAnswer, getJson } from '../plumbing/get-json.js'
import { startTestRecorder, type TestRecorder } from '../plumbing/recorder.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

interface Page {
  readonly snapshots: readonly { timestamp: number; model: string; kpi: string; value: number | null }[]
  readonly next_cursor: string | null
}

/** Two KPIs of three models at 1,000 instants, 10 s apart. */
const total = 6_000
const newest = Math.floor(Date.now() / 60_000) * 60_000 - 60_000

let recorder: TestRecorder

beforeAll(async () => {
  recorder = await startTestRecorder({}, seed)
})

afterAll(() => recorder?.stop())

async function seed(pool: pg.Pool): Promise<void> {
  const days = [...new Set([newest - 10_000_000, newest].map((at) => dayOf(new Date(at))))]
  for (const table of ['snapshots', 'measurements'] as const) await createPartitions(pool, table, days)
  await pool.query(
    `INSERT INTO series (service, model, context_size, operation)
     VALUES ('memory', 'a', '8192', 'search'), ('memory', 'b', '8192', 'search'), ('memory', 'c "x", y', '+Inf', 'search')`,
  )
  await pool.query(
    `INSERT INTO snapshots (at, series_id, kpi, value)
     SELECT $1::timestamptz - make_interval(secs => 10 * n), id, kpi, CASE WHEN kpi = 'latency' THEN n / 8.0 END
     FROM generate_series(0, 999) AS n, series, unnest(ARRAY['f1_score', 'latency']) AS kpi`,
    [new Date(newest)],
  )
  await pool.query(
    `INSERT INTO measurements (at, id, kpi, value, service, model, context_size, metadata)
     SELECT $1::timestamptz - make_interval(secs => 0.000001 * (n / 3)), gen_random_uuid(), 'latency', n, 'memory', 'a', '8192',
       '{"question": "a, b"}'
     FROM generate_series(0, 299) AS n`,
    [new Date(newest)],
  )
}

const api = (path: string) => `${recorder.url}/api/${path}`

async function pages<T extends { next_cursor: string | null }>(path: string): Promise<T[]> {
  const all: T[] = []
  for (let cursor = ''; ; ) {
    const { status, body } = await getJson<T>(api(`${path}${cursor}`))
    expect(status).toBe(200)
    all.push(body)
    if (body.next_cursor === null) return all
    cursor = `&cursor=${body.next_cursor}`
  }
}

describe('GET /api/snapshots', () => {
  test('gives every row once, newest first, page by page', async () => {
    const all = (await pages<Page>('snapshots?limit=997')).flatMap(({ snapshots }) => snapshots)
    expect(all).toHaveLength(total)
    expect(new Set(all.map(({ timestamp, model, kpi }) => `${timestamp} ${model} ${kpi}`)).size).toBe(total)
    expect(all[0]?.timestamp).toBe(newest / 1_000)
    expect(all.map(({ timestamp }) => -timestamp)).toEqual(
      all.map(({ timestamp }) => -timestamp).toSorted((a, b) => a - b),
    )
  })

  test('has only what was asked for, unknown as null', async () => {
    const [page] = await pages<Page>(
      `snapshots?limit=1000&model=a&kpi=f1_score&from=${new Date(newest - 95_000).toISOString()}`,
    )
    expect(page?.snapshots).toHaveLength(10)
    expect(new Set(page?.snapshots.map(({ value, kpi }) => `${kpi} ${value}`))).toEqual(
      new Set(['f1_score null']),
    )
  })

  test('as NDJSON and CSV streams all of it, as large as it is', async () => {
    const response = await fetch(api('snapshots?format=ndjson'))
    expect(response.headers.get('content-type')).toMatch(/^application\/x-ndjson/)
    const rows = (await response.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Page['snapshots'][number])
    expect(rows).toHaveLength(total)
    const lines = (await (await fetch(api('snapshots?format=csv'))).text()).split('\r\n')
    expect(lines[0]).toBe(
      'timestamp,service,model,context_size,operation,kpi,value,samples,mean,p50,p95,p99,max',
    )
    expect(lines).toHaveLength(total + 2)
    expect(lines[1]).toBe(`${newest / 1_000},memory,"c ""x"", y",+Inf,search,latency,0,,,,,,`)
  })

  test('as a stream goes no further than its limit', async () => {
    const text = await (await fetch(api('snapshots?format=ndjson&limit=2500'))).text()
    expect(text.trim().split('\n')).toHaveLength(2_500)
  })

  test.each([
    ['cursor=x'],
    [`cursor=${Buffer.from('[1,2,3]').toString('base64url')}`],
    [
      `cursor=${Buffer.from('["2026-01-01T00:00:00Z","2026-01-01T00:00:00Z","2026-01-01T00:00:00Z","1","\\u0000"]').toString('base64url')}`,
    ],
    [
      `cursor=${Buffer.from('["2026-01-01T00:00:00Z","2026-01-01T00:00:00Z","0000-01-01T00:00:00Z","1","latency"]').toString('base64url')}`,
    ],
    ['cursor='],
    ['limit=1001'],
    ['format=xml'],
    ['kpi=nothing'],
    ['limit=0&format=csv'],
  ])('refuses %s', async (query) => {
    const { status, body } = await getJson<ErrorAnswer>(api(`snapshots?${query}`))
    expect([status, body.error.code]).toEqual([400, 'REQUEST_INVALID'])
  })
})

describe('GET /api/measurements', () => {
  test('distinguishes rows of one microsecond, from page to page', async () => {
    const found = await pages<{ measurements: { id: string }[]; next_cursor: string | null }>(
      'measurements?limit=7',
    )
    const ids = found.flatMap(({ measurements }) => measurements.map(({ id }) => id))
    expect(ids).toHaveLength(300)
    expect(new Set(ids).size).toBe(300)
  })

  test('as CSV has metadata as JSON in its field', async () => {
    const lines = (await (await fetch(api('measurements?format=csv&limit=1'))).text()).split('\r\n')
    expect(lines[1]).toMatch(/,"\{""question"":""a, b""\}"$/)
  })

  test('refuses the cursor of other rows', async () => {
    const { next_cursor } = (await getJson<Page>(api('snapshots?limit=1'))).body
    expect((await getJson(api(`measurements?cursor=${next_cursor}`))).status).toBe(400)
  })
})
