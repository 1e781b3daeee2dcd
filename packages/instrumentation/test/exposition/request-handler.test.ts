import { once } from 'node:events'
import { createServer, type RequestListener, request } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from '@jest/globals'
import { context, TraceFlags, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { acceptsGzip, deadlineOf, formatOf, requestHandler } from '../../src/exposition/request-handler.js'
import { samplesOf, scrape } from '../exposition-samples.js'
import { monitors } from '../monitored.js'

const { start } = monitors()
const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})
const noWarning = () => undefined
const place = { model: 'gpt-4o', contextSize: 131_072, operation: 'search' }
const labels = 'model="gpt-4o",context_size="131072",operation="search"'
const openMetrics = 'application/openmetrics-text;version=1.0.0'

/** The complete answer: bytes and headers, not uncompressed. */
async function answer(url: string, headers: Record<string, string> = {}) {
  const [response] = await once(request(url, { headers, agent: false }).end(), 'response')
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk)
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }
}

/** A server that eight clients have asked, none of which reads. */
async function askedByDeaf(handler: RequestListener): Promise<{ port: number; deaf: Socket[] }> {
  const server = createServer(handler).listen(0, '127.0.0.1')
  closing.push(() => server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const deaf = Array.from({ length: 8 }, () => connect(port, '127.0.0.1').pause())
  closing.push(() => {
    for (const socket of deaf) socket.destroy()
  })
  for (const socket of deaf) socket.on('error', () => {}).write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  return { port, deaf }
}

describe('the endpoint', () => {
  test('compresses for scrapers that accept gzip, with the same samples', async () => {
    const monitor = await start()
    monitor.for(place).memory_usage.record(1)
    const plain = await answer(monitor.url ?? '')
    const compressed = await answer(monitor.url ?? '', { 'accept-encoding': 'gzip' })
    expect(plain.headers['content-encoding']).toBeUndefined()
    expect(compressed.headers['content-encoding']).toBe('gzip')
    expect(compressed.body.length).toBeLessThan(plain.body.length / 5)
    const sameAge = (text: string) => text.replace(/^(process_uptime_seconds\{\}) .+$/m, '$1 1')
    expect(sameAge(gunzipSync(compressed.body).toString())).toBe(sameAge(plain.body.toString()))
  })

  test('writes OpenMetrics on request: counters without suffix, units, creation times, an end', async () => {
    const monitor = await start({ now: () => 1_700_000_000_500 })
    monitor.for(place).latency.record(0.5)
    const { headers, body } = await answer(monitor.url ?? '', { accept: openMetrics })
    const text = body.toString()
    expect(headers['content-type']).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8')
    expect(text).toContain(
      '# TYPE mnemoscope_latency_seconds histogram\n# UNIT mnemoscope_latency_seconds seconds\n',
    )
    expect(text).toContain(`mnemoscope_latency_seconds_created{${labels}} 1700000000.5\n`)
    expect(text).toContain('# TYPE mnemoscope_adaptations counter\n')
    expect(text).toContain(
      `mnemoscope_adaptations_total{${labels},outcome="success"} 0\n` +
        `mnemoscope_adaptations_created{${labels},outcome="success"} 1700000000.5\n`,
    )
    expect(text.endsWith('\n# EOF\n')).toBe(true)
    // Apart from creation times, both formats have the same samples.
    const withoutCreated = [...samplesOf(text)].filter(([series]) => !series.includes('_created{'))
    const plain = [...samplesOf(await scrape(monitor.url))]
    const comparable = (samples: [string, string][]) =>
      samples.filter(([series]) => !/memory|uptime/.test(series))
    expect(comparable(withoutCreated)).toEqual(comparable(plain))
  })

  test('shows the trace of the worst measurement of each bucket as its exemplar', async () => {
    const manager = new AsyncLocalStorageContextManager().enable()
    context.setGlobalContextManager(manager)
    closing.push(() => context.disable())
    const monitor = await start({ exemplars: true, now: () => 1_000 })
    const op = monitor.for(place)
    const inTrace = (traceId: string, run: () => void, traceFlags = TraceFlags.SAMPLED) =>
      context.with(
        trace.setSpanContext(context.active(), { traceId, spanId: 'b'.repeat(16), traceFlags }),
        run,
      )
    inTrace('1'.repeat(32), () => op.latency.record(6.4))
    inTrace('2'.repeat(32), () => op.latency.record(7))
    inTrace('3'.repeat(32), () => op.latency.record(6.5))
    inTrace('4'.repeat(32), () => op.f1_score.record(0.62))
    inTrace('5'.repeat(32), () => op.f1_score.record(0.64))
    // This trace is not stored anywhere.
    inTrace('6'.repeat(32), () => op.latency.record(7.2), TraceFlags.NONE)
    op.latency.record(0.2)
    const { body } = await answer(monitor.url ?? '', { accept: openMetrics })
    const lines = body.toString().split('\n')
    const bucket = (name: string, le: string) =>
      lines.find((line) => line.startsWith(`${name}_bucket{${labels},le="${le}"}`))
    expect(bucket('mnemoscope_latency_seconds', '7.937')).toBe(
      `mnemoscope_latency_seconds_bucket{${labels},le="7.937"} 5 # {trace_id="${'2'.repeat(32)}",span_id="${'b'.repeat(16)}"} 7 1`,
    )
    expect(bucket('mnemoscope_latency_seconds', '1.25')).toMatch(/ 1$/)
    expect(bucket('mnemoscope_f1_score', '0.7')).toContain('4'.repeat(32))
    expect(await scrape(monitor.url)).not.toContain('trace_id')
  })

  test('answers eight scrapes at the same time, and asks more of them to retry', async () => {
    const finish: (() => void)[] = []
    const handler = requestHandler(() => new Promise((resolve) => finish.push(resolve)), noWarning)
    const server = createServer(handler).listen(0, '127.0.0.1')
    closing.push(() => server.close())
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const first = Array.from({ length: 8 }, () => answer(url))
    while (finish.length < 8) await new Promise((resolve) => setImmediate(resolve))
    const ninth = await answer(url)
    expect([ninth.status, ninth.headers['retry-after']]).toEqual([503, '1'])
    for (const end of finish) end()
    expect((await Promise.all(first)).map(({ status }) => status)).toEqual(Array(8).fill(200))
    const again = answer(url)
    while (finish.length < 9) await new Promise((resolve) => setImmediate(resolve))
    finish[8]?.()
    expect((await again).status).toBe(200)
  })

  test('cuts scrapers that do not read, so that others are answered', async () => {
    let begun = 0
    let givenUp = 0
    const handler = requestHandler(
      async ({ write, cancelled }) => {
        begun++
        const piece = Buffer.alloc(1_024 * 1_024)
        for (let i = 0; i < 100 && !cancelled(); i++) await write(piece, () => {})
        if (cancelled()) givenUp++
      },
      noWarning,
      100,
    )
    const { port, deaf } = await askedByDeaf(handler)
    while (givenUp < deaf.length) await new Promise((resolve) => setImmediate(resolve))
    expect(begun).toBe(deaf.length)
    expect((await fetch(`http://127.0.0.1:${port}/`, { method: 'HEAD' })).status).toBe(200)
  })

  test('ends the oldest unread scrape for a new one', async () => {
    let written = 0
    const handler = requestHandler(async ({ write, cancelled }) => {
      const piece = Buffer.alloc(1_024 * 1_024)
      for (let i = 0; i < 100 && !cancelled(); i++) {
        written++
        await write(piece, () => {})
      }
    }, noWarning)
    const { port, deaf } = await askedByDeaf(handler)
    let before = -1
    while (written < deaf.length || written !== before) {
      before = written
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    const statuses = [1, 2, 3].map(() => fetch(`http://127.0.0.1:${port}/`, { method: 'HEAD' }))
    expect((await Promise.all(statuses)).map(({ status }) => status)).toEqual([200, 200, 200])
  })

  test.each([
    [undefined, 60_000],
    ['10', 60_000],
    ['120', 120_000],
    ['9e9', 600_000],
    ['soon', 60_000],
  ])('waits for a scraper with the timeout %j for %d ms', (patience, milliseconds) => {
    expect(deadlineOf(patience, 60_000)).toBe(milliseconds)
  })

  test('ends the connection if writing fails, so that no incomplete answer is stored', async () => {
    const handler = requestHandler(async ({ write }) => {
      await write(Buffer.from('half'), () => {})
      throw new Error('failed')
    }, noWarning)
    const server = createServer(handler).listen(0, '127.0.0.1')
    closing.push(() => server.close())
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    await expect(answer(url)).rejects.toThrow()
  })
})

const prometheus2 =
  'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1'
const prometheus3 =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2'

test.each([
  ['text', undefined],
  ['text', ''],
  ['text', '*/*'],
  ['text', 'text/html,application/xhtml+xml,*/*;q=0.8'],
  ['openmetrics', prometheus2],
  ['openmetrics', prometheus3],
  ['openmetrics', 'application/openmetrics-text'],
  ['openmetrics', 'application/openmetrics-text; version="1.0.0"'],
  ['text', 'application/openmetrics-text;version=2.0.0, text/plain;q=0.1'],
  ['text', 'application/openmetrics-text;q=0'],
  ['text', 'application/openmetrics-text;q=0.2, text/plain;q=0.9'],
  ['text', 'application/openmetrics-text;q=nonsense'],
] as const)('a scraper gets %s for accept: %s', (format, accept) => {
  expect(formatOf(accept)).toBe(format)
})

test.each([
  [false, undefined],
  [true, 'gzip'],
  [true, 'deflate, gzip;q=1.0, *;q=0.5'],
  [false, 'gzip;q=0'],
  [false, 'identity'],
])('gzip is %s for accept-encoding: %s', (gzip, header) => {
  expect(acceptsGzip(header)).toBe(gzip)
})
