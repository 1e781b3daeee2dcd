import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from '@jest/globals'
import { names } from '@mnemoscope/kpi'
import { freePort } from '@mnemoscope/servers'
import { samplesOf, scrape } from '../exposition-samples.js'
import { monitors } from '../monitored.js'

const { start, warnings } = monitors()
const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

interface Received {
  readonly path: string
  readonly tenant: string | undefined
  readonly metrics: Map<
    string,
    {
      sum?: { dataPoints: Point[] }
      gauge?: { dataPoints: Point[] }
      histogram?: { dataPoints: Point[]; aggregationTemporality: number }
    }
  >
  readonly attributes: Record<string, string>
}
interface Point {
  readonly count?: number
  readonly sum?: number
  readonly min?: number
  readonly max?: number
  readonly asDouble?: number
}

/** A receiver of OTLP/HTTP that refuses the first requests, or those with these numbers, from 0. */
async function receiver(refusals: number | readonly number[] = 0, status = 503, answer: object = {}) {
  let requests = 0
  const received: Received[] = []
  let refused = 0
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const number = requests++
    if (typeof refusals === 'number' ? number < refusals : refusals.includes(number)) {
      refused++
      response.writeHead(status).end()
      return
    }
    const [{ resource, scopeMetrics }] = JSON.parse(Buffer.concat(chunks).toString()).resourceMetrics
    received.push({
      path: request.url ?? '',
      tenant: request.headers['x-scope-orgid'] as string | undefined,
      metrics: new Map(scopeMetrics[0].metrics.map((metric: { name: string }) => [metric.name, metric])),
      attributes: Object.fromEntries(
        resource.attributes.map((each: { key: string; value: { stringValue: string } }) => [
          each.key,
          each.value.stringValue,
        ]),
      ),
    })
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/v1/metrics`, received, refusals: () => refused }
}

describe('the OTLP push', () => {
  test('sends all measurements before the stop, with the facts about the service', async () => {
    const { url, received } = await receiver()
    const monitor = await start({ endpoint: false, otlp: { url, headers: { 'X-Scope-OrgID': 'team' } } })
    monitor.for({ model: 'm', contextSize: 8_192 }).latency.record(0.5)
    await monitor.stop()
    const [push] = received
    expect(push).toMatchObject({ path: '/v1/metrics', tenant: 'team' })
    expect(push?.attributes).toMatchObject({ 'service.name': 'memory-api' })
    expect(push?.attributes['service.instance.id']).toMatch(/^[0-9a-f-]{36}$/)
    expect(push?.metrics.get('mnemoscope.latency')?.histogram).toMatchObject({
      aggregationTemporality: 2,
      dataPoints: [{ count: 1 }],
    })
  })

  test('has the same start of the process as a scrape, by which a rule finds what is scraped and pushed', async () => {
    const { url, received } = await receiver()
    const monitor = await start({ otlp: { url } })
    const scraped = samplesOf(await scrape(monitor.url)).get(`${names.processStart}{}`)
    await monitor.stop()
    const pushed = received[0]?.metrics.get(names.otelProcessStart.name)?.gauge?.dataPoints[0]?.asDouble
    expect(scraped).toMatch(/^\d+\.\d{4,}$/)
    expect(pushed).toBe(Number(scraped))
  })

  test('retries while the receiver refuses, and loses nothing', async () => {
    const { url, received, refusals } = await receiver(1)
    const monitor = await start({ endpoint: false, otlp: { url, temporality: 'delta' } })
    monitor.for({ model: 'm', contextSize: 8_192 }).latency.record(0.5)
    await monitor.stop()
    expect(refusals()).toBe(1)
    expect(received.map(({ metrics }) => metrics.get('mnemoscope.latency')?.histogram)).toMatchObject([
      { aggregationTemporality: 1, dataPoints: [{ count: 1 }] },
    ])
  })

  test('pushes at its interval', async () => {
    const { url, received } = await receiver()
    const monitor = await start({ endpoint: false, otlp: { url, intervalMilliseconds: 20 } })
    monitor.for({ model: 'm', contextSize: 8_192 })
    while (received.length < 2) await new Promise((resolve) => setImmediate(resolve))
    expect(received[1]?.metrics.get('mnemoscope.latency')?.histogram?.dataPoints).toMatchObject([
      { count: 0 },
    ])
  })

  test('uses the address, headers, temporality and resource of the standard variables', async () => {
    const { url, received } = await receiver()
    const environment = {
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: new URL(url).origin,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-scope-orgid=team%201',
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=staging,service.version=1.2.3',
      OTEL_METRIC_EXPORT_INTERVAL: '3600000',
    }
    Object.assign(process.env, environment)
    closing.push(() => {
      for (const name of Object.keys(environment)) delete process.env[name]
    })
    const monitor = await start({ endpoint: false })
    monitor.for({ model: 'm', contextSize: 8_192 }).latency.record(0.5)
    await monitor.stop()
    const [push] = received
    expect(push).toMatchObject({ path: '/v1/metrics', tenant: 'team 1' })
    expect(push?.attributes).toMatchObject({
      'service.name': 'memory-api',
      'service.version': '1.2.3',
      'deployment.environment.name': 'staging',
    })
    expect(push?.metrics.get('mnemoscope.latency')?.histogram?.aggregationTemporality).toBe(1)
  })

  test.each([
    ['are tried again', 503],
    ['go with the next push', 400],
  ])('sends deltas that add up to all records before the stop, where refused ones %s', async (_, status) => {
    const { url, received, refusals } = await receiver(2, status)
    const monitor = await start({
      endpoint: false,
      // A push that takes too long is sent again, and a slow receiver may have taken it: none is late here.
      otlp: { url, temporality: 'delta', intervalMilliseconds: 3_600_000, timeoutMilliseconds: 20_000 },
    })
    const op = monitor.for({ model: 'm', contextSize: 8_192 })
    let recorded = 0
    for (let pushes = 0; pushes < 5; pushes++) {
      const pushed = monitor.flush().catch(() => undefined)
      for (let i = 0; i < 100; i++) {
        op.latency.record(0.5)
        recorded++
        await new Promise((resolve) => setImmediate(resolve))
      }
      await pushed
    }
    op.latency.record(0.5)
    await monitor.stop()
    expect(refusals()).toBe(2)
    const counts = received.map(
      ({ metrics }) => metrics.get('mnemoscope.latency')?.histogram?.dataPoints[0]?.count ?? 0,
    )
    expect(counts.reduce((all, count) => all + count, 0)).toBe(recorded + 1)
  })

  test.each([
    ['delta', 401, /failed: Unauthorized.*otlp\.headers/],
    ['delta', 404, /failed: Not Found.*\/api\/v1\/otlp\/v1\/metrics/],
    ['cumulative', 400, /failed: Bad Request.*receiver runs/],
  ] as const)(
    'with %s temporality, a push that gets %d is counted, warned about, and loses nothing',
    async (temporality, status, message) => {
      const { url, received } = await receiver(2, status)
      const monitor = await start({
        endpoint: false,
        otlp: { url, temporality, headers: { token: 'canary' } },
      })
      const op = monitor.for({ model: 'm', contextSize: 8_192 })
      // The extremes are in the pushes that fail.
      for (const seconds of [0.1, 9, 0.5]) {
        op.latency.record(seconds)
        op.adaptation_success_rate.record('success')
        await monitor.flush()
      }
      await monitor.stop()
      expect(warnings).toEqual([{ code: 'OTLP_FAILED', message: expect.stringMatching(message) }])
      expect(JSON.stringify(warnings)).not.toContain('canary')
      const [point] = received[0]?.metrics.get('mnemoscope.latency')?.histogram?.dataPoints ?? []
      expect(point).toMatchObject({ count: 3, sum: 9.6, min: 0.1, max: 9 })
      const counted = received.map(({ metrics }) =>
        metrics.get('mnemoscope.adaptations')?.sum?.dataPoints.map(({ asDouble }) => asDouble),
      )
      expect(counted[0]).toContain(3)
      expect(received[0]?.metrics.get('mnemoscope.failed_pushes')?.sum?.dataPoints[0]?.asDouble).toBe(2)
      if (temporality === 'delta') expect(counted.slice(1).flat()).not.toContain(3)
    },
  )

  test.each([
    [
      { rejectedDataPoints: '3', errorMessage: 'too old' },
      1,
      /refused 3 data points .* lost\. It says: too old/,
    ],
    [{ rejectedDataPoints: 3 }, 1, /refused 3 data points .* It does not say why/],
    [{ errorMessage: 'use gzip' }, 0, /has taken a push over OTLP with a warning\. It says: use gzip/],
  ])(
    'says once what the receiver refuses of a push, and counts it: %j',
    async (partialSuccess, failed, message) => {
      const { url, received } = await receiver(0, 503, { partialSuccess })
      const monitor = await start({
        endpoint: false,
        otlp: { url: `${url}?key=canary`, temporality: 'delta' },
      })
      const op = monitor.for({ model: 'm', contextSize: 8_192 })
      for (let i = 0; i < 2; i++) {
        op.latency.record(1)
        await monitor.flush()
      }
      expect(warnings).toEqual([{ code: 'OTLP_FAILED', message: expect.stringMatching(message) }])
      expect(JSON.stringify(warnings)).not.toContain('canary')
      // What was refused must not be sent again.
      expect(
        received.map(({ metrics }) => metrics.get('mnemoscope.latency')?.histogram?.dataPoints[0]?.count),
      ).toEqual([1, 1])
      const [counted] = received[1]?.metrics.get('mnemoscope.failed_pushes')?.sum?.dataPoints ?? []
      expect(counted?.asDouble ?? 0).toBe(failed)
      await monitor.stop()
    },
  )

  test('each delta is of what has not arrived, however pushes fail and succeed', async () => {
    const { url, received } = await receiver([1, 4, 5], 400)
    const monitor = await start({ endpoint: false, otlp: { url, temporality: 'delta' } })
    const op = monitor.for({ model: 'm', contextSize: 8_192 })
    for (let i = 0; i < 7; i++) {
      op.latency.record(1 + i)
      await monitor.flush()
    }
    const deltas = received.map(({ metrics }) => metrics.get('mnemoscope.latency')?.histogram?.dataPoints[0])
    expect(deltas.map((each) => [each?.count, each?.sum, each?.min, each?.max])).toEqual([
      [1, 1, 1, 1],
      [2, 5, 2, 3],
      [1, 4, 4, 4],
      [3, 18, 5, 7],
    ])
    await monitor.stop()
  })

  test('flush sends what was measured, and waits for it', async () => {
    const { url, received } = await receiver()
    const monitor = await start({ endpoint: false, otlp: { url } })
    monitor.for({ model: 'm', contextSize: 8_192 }).latency.record(0.5)
    await monitor.flush()
    expect(received).toHaveLength(1)
    await monitor.stop()
    await monitor.flush()
  })

  test('adds the standard path to an address without one', async () => {
    const { url, received } = await receiver()
    const monitor = await start({ endpoint: false, otlp: { url: new URL(url).origin } })
    await monitor.stop()
    expect(received[0]?.path).toBe('/v1/metrics')
  })

  test('ends within the limit of the stop if the receiver never answers, and says that the last measurements are lost', async () => {
    const server = createServer(() => undefined)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    closing.push(() => server.closeAllConnections())
    closing.push(() => server.close())
    const { port } = server.address() as AddressInfo
    const monitor = await start({
      endpoint: false,
      otlp: { url: `http://127.0.0.1:${port}` },
      stopMilliseconds: 50,
    })
    monitor.for({ model: 'm', contextSize: 8_192 }).latency.record(0.5)
    await monitor.stop()
    expect(warnings.map(({ code, message }) => [code, message])).toEqual([
      [
        'OTLP_FAILED',
        expect.stringMatching(/(Request timed out|no answer within 0\.05 s)\. Its measurements were lost/),
      ],
    ])
  })

  test('refuses an invalid address, and leaves nothing open', async () => {
    const port = await freePort()
    const starting = start({ port, otlp: { url: 'not a url' } })
    await expect(starting).rejects.toMatchObject({ code: 'USAGE', value: 'not a url' })
    // A port in use would be refused.
    const monitor = await start({ port })
    expect(monitor.url).toContain(`:${port}/`)
  })

  test('warns once that it sends JSON if the environment asks for another protocol', async () => {
    process.env.OTEL_EXPORTER_OTLP_PROTOCOL = 'grpc'
    closing.push(() => {
      delete process.env.OTEL_EXPORTER_OTLP_PROTOCOL
    })
    const { url } = await receiver()
    await start({ endpoint: false, otlp: { url } })
    expect(warnings).toEqual([
      { code: 'OTLP_PROTOCOL', message: expect.stringContaining('as grpc, but only JSON') },
    ])
    warnings.length = 0
    await start({ endpoint: false })
    expect(warnings).toEqual([])
  })

  test('does not block stop if no receiver listens, and says that the last measurements are lost', async () => {
    const monitor = await start({
      endpoint: false,
      otlp: { url: 'http://127.0.0.1:9/v1/metrics', intervalMilliseconds: 500, timeoutMilliseconds: 500 },
    })
    await monitor.flush()
    await expect(monitor.stop()).resolves.toBeUndefined()
    expect(warnings).toEqual([
      { code: 'OTLP_FAILED', message: expect.stringContaining('go with the next push') },
      { code: 'OTLP_FAILED', message: expect.stringContaining('were lost, as the service ends') },
    ])
  })
})
