import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { type LogRecord, logRecord } from '../../src/measurements/log-record.js'
import { outbox, outboxCapacity } from '../../src/measurements/outbox.js'
import { monitors } from '../monitored.js'

const { start } = monitors()
const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** A recorder's receiver of logs that first refuses so many requests. */
async function receiver(refusals = 0) {
  const records: { attributes: Record<string, unknown>; traceId?: string; service?: string }[] = []
  let refused = 0
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    if (request.url !== '/v1/logs') return response.writeHead(404).end()
    if (refused++ < refusals) return response.writeHead(503).end()
    const [{ resource, scopeLogs }] = JSON.parse(Buffer.concat(chunks).toString()).resourceLogs
    const plain = (pairs: { key: string; value: object }[]) =>
      Object.fromEntries(pairs.map(({ key, value }) => [key, Object.values(value)[0]]))
    for (const { attributes, ...rest } of scopeLogs[0].logRecords) {
      records.push({
        ...rest,
        attributes: plain(attributes),
        service: plain(resource.attributes)['service.name'],
      })
    }
    return response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => {
    server.close()
    server.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, records }
}

const none = defineConfig({ instrumentation: { measurementSampling: 0 } })
const all = defineConfig({ instrumentation: { measurementSampling: 1 } })
const place = { model: 'gpt-4o', contextSize: 131_072, operation: 'search' }

describe('a service that knows its recorder', () => {
  test('sends measurements with their metadata, and all of them before it ends', async () => {
    const { url, records } = await receiver()
    const monitor = await start({ endpoint: false, recorder: url, config: all, now: () => 1_700_000_000_000 })
    monitor
      .for(place)
      .operation({ latency: 0.5, overflow_frequency: 'none' }, { question: 'where?', hits: [1, 2] })
    await monitor.stop()
    expect(records).toMatchObject([
      {
        service: 'memory-api',
        eventName: 'mnemoscope.measurement',
        timeUnixNano: expect.stringMatching(/^17000000000000000\d\d$/),
        attributes: {
          'mnemoscope.kpi': 'latency',
          'mnemoscope.value': 0.5,
          'mnemoscope.model': 'gpt-4o',
          'mnemoscope.context_size': '131072',
          'mnemoscope.operation': 'search',
          question: 'where?',
          hits: '[1,2]',
        },
      },
      { attributes: { 'mnemoscope.kpi': 'overflow_frequency', 'mnemoscope.value': 'none' } },
    ])
  })

  test('sends every breach, whatever the sampling', async () => {
    const { url, records } = await receiver()
    const monitor = await start({ endpoint: false, recorder: url, config: none })
    const op = monitor.for(place)
    for (let i = 0; i < 100; i++) op.operation({ latency: i < 3 ? 6 : 1, f1_score: 0.9, token_usage: 10 })
    await monitor.stop()
    expect(records.map(({ attributes }) => attributes['mnemoscope.value'])).toEqual([6, 6, 6])
  })

  test('tries again when the recorder can not store them', async () => {
    const { url, records } = await receiver(2)
    const monitor = await start({ endpoint: false, recorder: url, config: all })
    monitor.for(place).latency.record(1)
    while (records.length === 0) await new Promise((resolve) => setImmediate(resolve))
    await monitor.stop()
    expect(records).toHaveLength(1)
  }, 30_000)

  test('counts what it could not send', async () => {
    const monitor = await start({ endpoint: false, recorder: 'http://127.0.0.1:9', config: all })
    for (let i = 0; i < 5; i++) monitor.for(place).latency.record(1)
    await monitor.stop()
    const { resourceMetrics } = await monitor.metricProducer().collect()
    const drops = resourceMetrics.scopeMetrics[0]?.metrics.find(
      ({ descriptor }) => descriptor.name === 'mnemoscope.dropped_measurements',
    )
    expect(drops?.dataPoints[0]?.value).toBe(5)
  })
})

const record = { timeUnixNano: '1', eventName: 'e', attributes: [] } satisfies LogRecord

test('an outbox holds no more than its capacity while nothing can be sent, and keeps the newest', async () => {
  let dropped = 0
  const sent: LogRecord[] = []
  let open = false
  const box = outbox({
    send: async (batch) => {
      if (open) sent.push(...batch)
      return open
    },
    dropped: (count) => {
      dropped += count
    },
  })
  for (let i = 0; i < outboxCapacity + 100; i++) box.add({ ...record, timeUnixNano: String(i) })
  expect(dropped).toBe(100)
  open = true
  await box.stop()
  expect(sent).toHaveLength(outboxCapacity)
  expect(sent.at(-1)?.timeUnixNano).toBe(String(outboxCapacity + 99))
  expect(dropped).toBe(100)
})

test('metadata of any kind becomes what a log record can hold', () => {
  const circular: Record<string, unknown> = {}
  circular.self = circular
  const metadata = {
    text: 'x'.repeat(5_000),
    count: 3,
    nan: Number.NaN,
    yes: true,
    list: [1],
    nothing: undefined,
    big: 1n,
    circular,
    get thrower() {
      throw new Error('getter')
    },
  }
  const taken = { kpi: 'latency', value: 1, model: 'm', contextSize: '1', operation: 'o', at: 5.5 }
  const { attributes, timeUnixNano } = logRecord(
    { ...taken, metadata, traceId: undefined, spanId: undefined },
    7,
  )
  expect(timeUnixNano).toBe('5000007')
  expect(Object.fromEntries(attributes.slice(5).map(({ key, value }) => [key, value]))).toEqual({
    text: { stringValue: 'x'.repeat(2_048) },
    count: { doubleValue: 3 },
    nan: { stringValue: 'NaN' },
    yes: { boolValue: true },
    list: { stringValue: '[1]' },
  })
})
