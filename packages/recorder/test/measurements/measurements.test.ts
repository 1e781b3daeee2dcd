import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import type pg from 'pg'
import { compareMeasurements } from '../../src/analysis/compare.js'
import { startTestRecorder, type TestRecorder } from '../plumbing/recorder.js'
import { f1, now, ofMemory, record, type SendOptions, sendLogs, type Value } from './otlp-logs.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

let recorder: TestRecorder
let pool: pg.Pool

beforeAll(async () => {
  recorder = await startTestRecorder()
  pool = recorder.pool
}, 60_000)

afterAll(() => recorder?.stop(), 60_000)

const send = (records: unknown[], how: SendOptions = {}) => sendLogs(recorder.url, records, how)

test('a measurement is stored once, however often it is sent, with its metadata and the columns of the specification', async () => {
  const sent = record(f1(0.42, { question: 'Who keeps the light?', 'mnemoscope.operation': 'search' }))
  expect(await send([sent])).toEqual({ status: 200, body: {} })
  expect(await send([sent], { isPacked: true })).toEqual({ status: 200, body: {} })
  const { rows } = await pool.query(
    'SELECT metric_type, value, model, context_size, metadata, "timestamp" FROM performance_metrics',
  )
  expect(rows).toEqual([
    {
      metric_type: 'f1_score',
      value: 0.42,
      model: 'model-a',
      context_size: 8192,
      timestamp: new Date(now),
      metadata: {
        question: 'Who keeps the light?',
        operation: 'search',
        service: 'memory',
        trace_id: '0123456789abcdef0123456789abcdef',
        span_id: '0123456789abcdef',
      },
    },
  ])
})

test('an outcome counts 1 or 0, and one that stays out of the ratio has no value', async () => {
  const adaptation = (value: string) =>
    record({ ...f1(0), 'mnemoscope.kpi': 'adaptation_success_rate', 'mnemoscope.value': value })
  const outcomes = defineConfig().kpis.adaptation_success_rate.outcomes
  const given = [outcomes?.counted[0], outcomes?.others[0], outcomes?.excluded[0]] as string[]
  expect(await send(given.map(adaptation))).toEqual({ status: 200, body: {} })
  const { rows } = await pool.query(
    "SELECT outcome, value FROM measurements WHERE kpi = 'adaptation_success_rate' ORDER BY value DESC NULLS LAST",
  )
  expect(rows).toEqual([
    { outcome: given[0], value: 1 },
    { outcome: given[1], value: 0 },
    { outcome: given[2], value: null },
  ])
})

test('a value worse than the range, or a fraction of an integer, is stored as the metrics count it', async () => {
  const sent = [
    ['context_utilization', 1.3],
    ['latency', 100_000],
    ['token_usage', 12.5],
  ] as const
  const records = sent.map(([kpi, value]) => record({ ...f1(value, { worse: true }), 'mnemoscope.kpi': kpi }))
  expect(await send(records)).toEqual({ status: 200, body: {} })
  const { rows } = await pool.query(
    'SELECT kpi, value FROM measurements WHERE metadata @> \'{"worse": true}\' ORDER BY kpi',
  )
  expect(rows).toEqual([
    { kpi: 'context_utilization', value: 1.3 },
    { kpi: 'latency', value: 100_000 },
    { kpi: 'token_usage', value: 13 },
  ])
})

test('values next to 0 end no comparison of the others: their squares and shares are out of range', async () => {
  const operation = { 'mnemoscope.kpi': 'latency', 'mnemoscope.operation': 'tiny' }
  const records = [0, 5e-324, 1e-200, 1e-90, 4].map((value, n) =>
    record({ ...f1(value, { tiny: n }), ...operation, 'mnemoscope.weight': n === 4 ? 1 : 2 }),
  )
  const more = Array.from({ length: 6 }, (_, n) =>
    record({ ...f1(0, { tiny: n + 10 }), ...operation, 'mnemoscope.weight': 2 }),
  )
  expect(await send([...records, ...more])).toEqual({ status: 200, body: {} })
  const window = { from: new Date(now - 1_000), to: new Date(now + 1_000) }
  const rows = await compareMeasurements(pool, window, 'latency')
  // Ten that stand for two each, and one of 4 s.
  expect(rows.find((row) => row.operation === 'tiny')).toMatchObject({
    mean: expect.closeTo(4 / 21, 12),
    median: 0,
    stands_for: 21,
  })
})

test('records that are no measurements are refused one by one and named in a success, and the rest is stored', async () => {
  const good = record(f1(0.5, { n: 1 }))
  const bad = [
    record(f1(1.2)),
    record(f1(Number.NaN)),
    record({ ...f1(0.5), 'mnemoscope.kpi': 'no_such_kpi' }),
    record({ ...f1(0.5), 'mnemoscope.kpi': '__proto__' }),
    record({ 'mnemoscope.kpi': 'f1_score', 'mnemoscope.value': 0.5 }),
    record(f1(0.5), now + 7_200_000),
    record(f1(0.5), now - 90 * 86_400_000),
    record(f1(0.5), now, 'something.else'),
  ]
  const { status, body } = await send([...bad, good])
  expect(status).toBe(200)
  expect(body).toMatchObject({ partialSuccess: { rejectedLogRecords: bad.length } })
  const { rows } = await pool.query(
    'SELECT count(*)::int AS n FROM measurements WHERE metadata @> \'{"n": 1}\'',
  )
  expect(rows).toEqual([{ n: 1 }])
})

test('a measurement has its weight, and stands for itself where it has none', async () => {
  const of = (name: string, more: Record<string, Value>) => record(f1(0.9, { 'test.weight': name, ...more }))
  const sent = [
    of('sample', { 'mnemoscope.weight': 10, 'mnemoscope.sampling': 0.1 }),
    of('breach', { 'mnemoscope.weight': 1, 'mnemoscope.sampling': 0 }),
    of('none', {}),
    of('too light', { 'mnemoscope.weight': 0.5 }),
    of('a text', { 'mnemoscope.weight': 'ten' }),
    of('too much', { 'mnemoscope.sampling': 2 }),
  ]
  expect((await send(sent)).body).toEqual({
    partialSuccess: {
      rejectedLogRecords: 3,
      errorMessage: expect.stringContaining('its mnemoscope.weight is not'),
    },
  })
  const { rows } = await pool.query(
    "SELECT metadata ->> 'test.weight' AS name, weight, sampling FROM measurements WHERE metadata ? 'test.weight' ORDER BY 1",
  )
  expect(rows).toEqual([
    { name: 'breach', weight: 1, sampling: 0 },
    { name: 'none', weight: 1, sampling: 1 },
    { name: 'sample', weight: 10, sampling: 0.1 },
  ])
})

test.each([
  ['not JSON', '{', 'application/json', 400],
  ['of another shape', '{"resourceLogs": 1}', 'application/json', 400],
  ['protobuf', 'x', 'application/x-protobuf', 415],
])('a body that is %s is refused', async (_, body, type, status) => {
  const response = await fetch(`${recorder.url}/v1/logs`, {
    method: 'POST',
    headers: { 'content-type': type },
    body,
  })
  expect(response.status).toBe(status)
})

// Packed before any test: it takes seconds on a busy machine, and connections that are kept alive would end meanwhile.
const packedSpaces = gzipSync(Buffer.alloc(64 * 1_024 * 1_024, ' '))

test('a small body that unpacks to a huge one is refused', async () => {
  const response = await fetch(`${recorder.url}/v1/logs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    body: packedSpaces,
  })
  expect(response.status).toBe(413)
})

test('a service with a namespace has the name that Prometheus gives metrics of OTLP in the label job', async () => {
  const resource = { ...ofMemory, 'service.namespace': 'shop' }
  expect(await send([record(f1(0.77, { n: 77 }))], { resource })).toEqual({ status: 200, body: {} })
  const { rows } = await pool.query('SELECT service FROM measurements WHERE metadata @> \'{"n": 77}\'')
  expect(rows).toEqual([{ service: 'shop/memory' }])
})

test('a measurement of a model with a very long name is stored with the others', async () => {
  const model = Array.from({ length: 4_000 }, (_, i) =>
    String.fromCharCode(0x4e00 + ((i * 7_919) % 20_000)),
  ).join('')
  const sent = [
    record(f1(0.9, { 'mnemoscope.model': model })),
    record(f1(0.8, { 'test.case': 'beside a long name' })),
  ]
  expect(await send(sent)).toEqual({ status: 200, body: {} })
  const { rows } = await pool.query(
    "SELECT value FROM measurements WHERE metadata ->> 'test.case' = 'beside a long name'",
  )
  expect(rows).toEqual([{ value: 0.8 }])
})

test('attributes that are nested without end cost no record', async () => {
  const depth = 200_000
  const nested = `${'['.repeat(depth)}${']'.repeat(depth)}`
  const sent = record(f1(0.7, { 'test.case': 'beside a deep one' }))
  sent.attributes.push({ key: 'deep', value: { arrayValue: 'nested' } as never })
  const body = JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [sent] }] }] })
  const response = await fetch(`${recorder.url}/v1/logs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: body.replace('"nested"', nested),
  })
  expect({ status: response.status, body: await response.json() }).toEqual({ status: 200, body: {} })
})

test('lists and maps stay what they are; what is too long is a text', async () => {
  const sent = record(f1(0.7, { 'test.case': 'nested' }))
  const text = (stringValue: string) => ({ stringValue })
  const add = (key: string, value: object) => sent.attributes.push({ key, value: value as never })
  const plan = {
    kvlistValue: {
      values: [
        { key: 'plan', value: text('a\0b') },
        { key: 'age', value: { intValue: '4' } },
      ],
    },
  }
  add('user', plan)
  add('ids', { arrayValue: { values: [text('a'), { boolValue: true }, {}, plan] } })
  add('none', { arrayValue: {} })
  add('odd', { kvlistValue: { values: [{ value: text('without a key') }, 7] } })
  add('long', { arrayValue: { values: Array.from({ length: 2_000 }, () => text('word')) } })
  expect(await send([sent])).toEqual({ status: 200, body: {} })
  const { rows } = await pool.query(
    "SELECT metadata FROM measurements WHERE metadata ->> 'test.case' = 'nested'",
  )
  const { long, ...others } = rows[0].metadata
  const user = { plan: 'a\ufffdb', age: 4 }
  expect(others).toEqual({ 'test.case': 'nested', user, ids: ['a', true, null, user], none: [], odd: {} })
  expect(long).toHaveLength(4_096)
})

test('times may be numbers, as the JSON of protocol buffers allows', async () => {
  const sent = { ...record(f1(0.6, { 'test.case': 'a time that is a number' })), timeUnixNano: now * 1e6 }
  expect(await send([sent])).toEqual({ status: 200, body: {} })
  const { rows } = await pool.query(
    "SELECT round(extract(epoch FROM at))::float8 AS at FROM measurements WHERE metadata ->> 'test.case' = 'a time that is a number'",
  )
  expect(rows).toEqual([{ at: Math.round(now / 1_000) }])
})
