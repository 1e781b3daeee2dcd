import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import type { Monitor } from '../../src/index.js'
import { monitors } from '../monitored.js'

const { start, warnings } = monitors()
const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

type Answer = (body: string, headers: IncomingHttpHeaders) => { status: number; body?: object } | undefined

/** A receiver of logs, as the recorder has one. It stores requests that get no other answer. */
async function receiver(answer: Answer = () => undefined) {
  const records: { attributes: Record<string, unknown>; timeUnixNano: string; service?: string }[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    if (request.url !== '/v1/logs') return response.writeHead(503).end()
    const body = Buffer.concat(chunks).toString()
    const other = answer(body, request.headers)
    if (other !== undefined) {
      return response
        .writeHead(other.status, { 'content-type': 'application/json' })
        .end(JSON.stringify(other.body ?? {}))
    }
    const [{ resource, scopeLogs }] = JSON.parse(body).resourceLogs
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

async function dropped(monitor: Monitor): Promise<unknown> {
  const { resourceMetrics } = await monitor.metricProducer().collect()
  const drops = resourceMetrics.scopeMetrics[0]?.metrics.find(
    ({ descriptor }) => descriptor.name === 'mnemoscope.dropped_measurements',
  )
  return drops?.dataPoints[0]?.value
}

const none = defineConfig({ instrumentation: { measurementSampling: 0 } })
const all = defineConfig({ instrumentation: { measurementSampling: 1 } })
const place = { model: 'gpt-4o', contextSize: 131_072, operation: 'search' }

describe('a service that knows its recorder', () => {
  test('sends measurements with their metadata, all of them before it ends', async () => {
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
        timeUnixNano: expect.stringMatching(/^1700000000000\d{6}$/),
        attributes: {
          'mnemoscope.kpi': 'latency',
          'mnemoscope.value': 0.5,
          'mnemoscope.model': 'gpt-4o',
          'mnemoscope.context_size': '131072',
          'mnemoscope.operation': 'search',
          'mnemoscope.weight': 1,
          'mnemoscope.sampling': 1,
          question: 'where?',
          hits: { values: [{ doubleValue: 1 }, { doubleValue: 2 }] },
        },
      },
      { attributes: { 'mnemoscope.kpi': 'overflow_frequency', 'mnemoscope.value': 'none' } },
    ])
  })

  test('sends all breaches, with any sampling', async () => {
    const { url, records } = await receiver()
    const monitor = await start({ endpoint: false, recorder: url, config: none })
    const op = monitor.for(place)
    for (let i = 0; i < 100; i++) op.operation({ latency: i < 3 ? 6 : 1, f1_score: 0.9, token_usage: 10 })
    await monitor.stop()
    expect(records.map(({ attributes }) => attributes['mnemoscope.value'])).toEqual([6, 6, 6])
    for (const { attributes } of records)
      expect(attributes).toMatchObject({ 'mnemoscope.weight': 1, 'mnemoscope.sampling': 0 })
  })

  test('sends a sample of the others, each with how many it stands for', async () => {
    const { url, records } = await receiver()
    const config = defineConfig({ instrumentation: { measurementSampling: 0.25 } })
    const monitor = await start({ endpoint: false, recorder: url, config })
    for (let i = 0; i < 400; i++) monitor.for(place).latency.record(1)
    await monitor.stop()
    // Of 400, about 100: beyond these numbers once in millions of runs.
    expect(records.length).toBeGreaterThan(50)
    expect(records.length).toBeLessThan(150)
    for (const { attributes } of records)
      expect(attributes).toMatchObject({ 'mnemoscope.weight': 4, 'mnemoscope.sampling': 0.25 })
  })

  test('retries while the recorder can not store them', async () => {
    let refusals = 0
    const { url, records } = await receiver(() => (refusals++ < 2 ? { status: 503 } : undefined))
    const monitor = await start({ endpoint: false, recorder: url, config: all })
    monitor.for(place).latency.record(1)
    while (records.length === 0) await new Promise((resolve) => setImmediate(resolve))
    await monitor.stop()
    expect(records).toHaveLength(1)
  }, 30_000)

  test('counts measurements that it could not send, with one warning', async () => {
    const monitor = await start({ endpoint: false, recorder: 'http://127.0.0.1:9', config: all })
    for (let i = 0; i < 5; i++) monitor.for(place).latency.record(1)
    await monitor.stop()
    expect(await dropped(monitor)).toBe(5)
    expect(warnings).toMatchObject([{ code: 'MEASUREMENTS_DROPPED' }])
  }, 30_000)

  test.each([
    [401, 'measurements.token'],
    [403, 'measurements.token'],
    [404, 'base address'],
    [400, 'of the same version'],
  ])('counts measurements that are refused with %d, and says once what to do', async (status, advice) => {
    const { url } = await receiver(() => ({ status }))
    const monitor = await start({ endpoint: false, recorder: url, config: all })
    for (let i = 0; i < 600; i++) monitor.for(place).latency.record(1)
    await monitor.stop()
    expect(await dropped(monitor)).toBe(600)
    expect(warnings).toEqual([
      { code: 'MEASUREMENTS_DROPPED', message: expect.stringMatching(`${status}.*${advice}`) },
    ])
  })

  test.each([1, '1'])(
    'counts those that the recorder refuses in a success: %j',
    async (rejectedLogRecords) => {
      const body = { partialSuccess: { rejectedLogRecords, errorMessage: 'no such KPI' } }
      const { url } = await receiver(() => ({ status: 200, body }))
      const monitor = await start({ endpoint: false, recorder: url, config: all })
      for (let i = 0; i < 3; i++) monitor.for(place).latency.record(1)
      await monitor.stop()
      expect(await dropped(monitor)).toBe(1)
      expect(warnings).toEqual([
        { code: 'MEASUREMENTS_DROPPED', message: expect.stringContaining('no such KPI') },
      ])
    },
  )

  test('sends smaller batches after one that is too large, and loses only single measurements that are too large', async () => {
    const { url, records } = await receiver(({ length }) => (length > 3_000 ? { status: 413 } : undefined))
    const monitor = await start({ endpoint: false, recorder: url, config: all })
    for (let i = 0; i < 50; i++) monitor.for(place).latency.record(1)
    const texts = ['x', 'x', 'x'].map((text) => text.repeat(2_000))
    monitor.for(place).operation({ latency: 7 }, Object.fromEntries(texts.entries()))
    await monitor.stop()
    expect(records).toHaveLength(50)
    expect(await dropped(monitor)).toBe(1)
    expect(warnings).toEqual([
      { code: 'MEASUREMENTS_DROPPED', message: expect.stringContaining('too large') },
    ])
  })

  test.each([
    ['its own token', { token: 'own' }, { MNEMOSCOPE_TOKEN: 'shared' }, 'Bearer own'],
    ['the token of the environment', {}, { MNEMOSCOPE_TOKEN: 'shared' }, 'Bearer shared'],
    [
      'no key of the receiver of metrics',
      {},
      { OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20otlp', MNEMOSCOPE_TOKEN: 'shared' },
      'Bearer shared',
    ],
    [
      'the headers of the variable for logs',
      {},
      {
        MNEMOSCOPE_TOKEN: 'shared',
        OTEL_EXPORTER_OTLP_LOGS_HEADERS: 'x-tenant=a, authorization = Bearer%20logs',
      },
      'Bearer logs',
    ],
    ['nothing', {}, { OTEL_EXPORTER_OTLP_LOGS_HEADERS: 'no pair,%zz=%zz,a b=c' }, undefined],
  ])('sends the authorization of %s', async (_, measurements, environment, expected) => {
    Object.assign(process.env, environment)
    closing.push(() => {
      for (const name of Object.keys(environment)) delete process.env[name]
    })
    const authorizations: unknown[] = []
    const { url } = await receiver((_body, { authorization }) => {
      authorizations.push(authorization)
      return undefined
    })
    const monitor = await start({ endpoint: false, recorder: url, config: all, measurements })
    monitor.for(place).latency.record(1)
    await monitor.stop()
    expect(authorizations).toEqual([expected])
  })

  test('refuses a token that can not be a header, without showing it', async () => {
    const starting = start({ recorder: 'http://127.0.0.1:9', measurements: { token: 'se\ncret' } })
    await expect(starting).rejects.toMatchObject({ code: 'USAGE', value: undefined })
  })

  test('distinguishes equal measurements of two processes', async () => {
    const { url, records } = await receiver()
    const now = () => 1_700_000_000_000
    const workers = await Promise.all(
      [1, 2].map(() => start({ endpoint: false, recorder: url, config: all, now })),
    )
    for (const monitor of workers) monitor.for(place).latency.record(1)
    await Promise.all(workers.map((monitor) => monitor.stop()))
    const times = records.map(({ timeUnixNano }) => timeUnixNano)
    expect(new Set(times).size).toBe(2)
    expect(times.every((time) => time.startsWith('1700000000000'))).toBe(true)
  })
})
