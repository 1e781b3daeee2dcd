import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from '@jest/globals'
import { logRecord, mostRecordBytes, weightOf } from '../../src/recorder/log-record.js'

const place = { model: 'm', contextSize: '1', operation: 'o' }
const taken = { kpi: 'latency', value: 1, at: 5.5, traceId: undefined, spanId: undefined, ...place }

const always = { breach: true, sampling: 0.1 }

test.each([
  ['a breach, which is always sent', { breach: true, sampling: 0.1 }, 1],
  ['a breach beside no sample', { breach: true, sampling: 0 }, 1],
  ['one of ten', { breach: false, sampling: 0.1 }, 10],
  ['one of all', { breach: false, sampling: 1 }, 1],
])('%s stands for so many measurements', (_, choice, weight) => {
  expect(weightOf(choice)).toBeCloseTo(weight)
})

test('metadata of any kind is converted for a log record', () => {
  const circular: Record<string, unknown> = {}
  circular.self = circular
  const metadata = {
    text: 'x'.repeat(5_000),
    count: 3,
    nan: Number.NaN,
    yes: true,
    list: [1],
    user: { plan: 'free', since: null, tags: [true, 'a'] },
    long: ['y'.repeat(3_000)],
    nothing: undefined,
    big: 1n,
    circular,
    get thrower() {
      throw new Error('getter')
    },
  }
  const { attributes, timeUnixNano } = JSON.parse(logRecord({ ...taken, metadata }, always, 7).json)
  expect(timeUnixNano).toBe('5000007')
  expect(
    Object.fromEntries(
      attributes.slice(7).map(({ key, value }: { key: string; value: object }) => [key, value]),
    ),
  ).toEqual({
    text: { stringValue: 'x'.repeat(2_048) },
    count: { doubleValue: 3 },
    nan: { stringValue: 'NaN' },
    yes: { boolValue: true },
    list: { arrayValue: { values: [{ doubleValue: 1 }] } },
    user: {
      kvlistValue: {
        values: [
          { key: 'plan', value: { stringValue: 'free' } },
          { key: 'since', value: {} },
          { key: 'tags', value: { arrayValue: { values: [{ boolValue: true }, { stringValue: 'a' }] } } },
        ],
      },
    },
    long: { stringValue: `["${'y'.repeat(2_046)}` },
  })
})

test('metadata can not replace the attributes of a measurement, and its keys are never too long for the recorder', () => {
  const metadata = { 'mnemoscope.value': 99, 'mnemoscope.kpi': 'f1_score', ['k'.repeat(600)]: 1 }
  const { attributes } = JSON.parse(logRecord({ ...taken, metadata }, always, 7).json)
  const keys = attributes.map(({ key }: { key: string }) => key)
  expect(new Set(keys).size).toBe(keys.length)
  expect(keys.slice(7)).toEqual(['k'.repeat(512)])
})

test('a record is no larger than its limit with any metadata, and keeps the metadata that fits', () => {
  for (const character of ['x', '€', '\u0000', '😀', '\ud800']) {
    const entries = Array.from({ length: 64 }, (_, i) => [
      `${i}${character.repeat(3_000)}`,
      character.repeat(3_000),
    ])
    const metadata = {
      ...Object.fromEntries(entries.slice(0, 40)),
      small: 1,
      ...Object.fromEntries(entries.slice(40)),
    }
    const { json, bytes } = logRecord({ ...taken, metadata }, always, 7)
    expect(bytes).toBe(Buffer.byteLength(json))
    expect(bytes).toBeLessThanOrEqual(mostRecordBytes)
    expect(bytes).toBeGreaterThan(mostRecordBytes / 2)
    expect(json).toContain('{"key":"small","value":{"doubleValue":1}}')
  }
})

test('a record keeps no object of the application in memory', () => {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as () => void
  const heap = () => {
    gc()
    return process.memoryUsage().heapUsed
  }
  const before = heap()
  const records = Array.from({ length: 100 }, (_, i) => {
    const document = Buffer.alloc(1_000_000, String(i)).toString('latin1')
    // Documents are values, not keys: V8 can keep the names of properties.
    const metadata = { document, excerpt: document.slice(10, 1_000) }
    return logRecord({ ...taken, metadata }, always, i)
  })
  const grown = heap() - before
  expect(records).toHaveLength(100)
  expect(grown).toBeLessThan(20_000_000)
})
