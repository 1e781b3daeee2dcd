import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { connect, createServer as createHttp2Server } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, test } from '@jest/globals'
import compression from 'compression'
import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import { metricsResponse } from '../../src/exposition/metrics-response.js'
import { requestHandler } from '../../src/exposition/request-handler.js'
import { scrape } from '../exposition-samples.js'
import { monitors } from '../monitored.js'

const { start, warnings } = monitors()
const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})
const known = 'mnemoscope_cardinality_overflows_total'
const noWarning = () => undefined

async function addressOf(server: Server): Promise<string> {
  closing.push(() => {
    server.close()
    server.closeAllConnections()
  })
  if (!server.listening) await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`
}

describe('scrapes are answered in', () => {
  test('node:http', async () => {
    const { requestHandler } = await start({ endpoint: false })
    expect(await scrape(await addressOf(createServer(requestHandler).listen(0, '127.0.0.1')))).toContain(
      known,
    )
  })

  test('node:http2', async () => {
    const { requestHandler } = await start({ endpoint: false })
    const server = createHttp2Server((request, response) =>
      requestHandler(request as never, response as never),
    ).listen(0, '127.0.0.1')
    closing.push(() => server.close())
    await once(server, 'listening')
    const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    closing.push(() => client.close())
    expect(await text(client.request({ ':path': '/metrics' }))).toContain(known)
  })

  test('Express, also behind compression', async () => {
    const { requestHandler } = await start({ endpoint: false })
    const app = express()
      .use(compression({ threshold: 0 }))
      .get('/metrics', requestHandler)
    const url = await addressOf(app.listen(0, '127.0.0.1'))
    for (const encoding of ['gzip', 'deflate', 'identity']) {
      const response = await fetch(url, { headers: { 'accept-encoding': encoding } })
      expect(await response.text()).toContain(known)
    }
  })

  test('Fastify', async () => {
    const { requestHandler } = await start({ endpoint: false })
    const app = Fastify()
    app.get('/metrics', requestHandler)
    closing.push(() => app.close())
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as AddressInfo
    expect(await scrape(`http://127.0.0.1:${port}/metrics`)).toContain(known)
  })

  test('Koa, with ctx.respond off', async () => {
    const { requestHandler } = await start({ endpoint: false })
    const app = new Koa().use((ctx) => {
      ctx.respond = false
      requestHandler(ctx.req, ctx.res)
    })
    expect(await scrape(await addressOf(app.listen(0, '127.0.0.1')))).toContain(known)
  })

  test('Hono, by metricsResponse: both formats, gzip, HEAD, and no other method', async () => {
    const { metricsResponse } = await start({ endpoint: false })
    const app = new Hono().all('/metrics', (context) => metricsResponse(context.req.raw))
    const ask = (init: RequestInit) => app.request('http://localhost/metrics', init)
    expect(await (await ask({})).text()).toContain(known)
    const openMetrics = await ask({ headers: { accept: 'application/openmetrics-text' } })
    expect(openMetrics.headers.get('content-type')).toContain('openmetrics-text; version=1.0.0')
    expect(await openMetrics.text()).toMatch(/# EOF\n$/)
    const packed = await ask({ headers: { 'accept-encoding': 'gzip' } })
    expect(packed.headers.get('content-encoding')).toBe('gzip')
    const unpacked = (packed.body as ReadableStream).pipeThrough(new DecompressionStream('gzip'))
    expect(await new Response(unpacked).text()).toContain(known)
    expect((await ask({ method: 'HEAD' })).status).toBe(200)
    expect((await ask({ method: 'POST' })).status).toBe(405)
  })
})

describe('the service goes on', () => {
  test('after calls with something else than a request and a response, which one warning names', async () => {
    const { requestHandler } = await start({ endpoint: false })
    const call = requestHandler as (...args: unknown[]) => void
    const strange = [
      [],
      [{}, {}],
      [null, null],
      [new Request('http://a/'), new Headers()],
      [{ raw: {} }, { raw: {} }],
    ]
    for (let i = 0; i < 20; i++) for (const args of strange) expect(() => call(...args)).not.toThrow()
    expect(warnings).toEqual([
      { code: 'SCRAPE_UNANSWERED', message: expect.stringContaining('monitor.metricsResponse') },
    ])
    expect(await scrape(await addressOf(createServer(requestHandler).listen(0, '127.0.0.1')))).toContain(
      known,
    )
  })

  test('if a framework has answered before, and its answer is left as it was', async () => {
    const { requestHandler } = await start({ endpoint: false })
    const server = createServer((request, response) => {
      response.writeHead(503).write('first half, ')
      requestHandler(request, response)
      setImmediate(() => response.end('second half'))
    }).listen(0, '127.0.0.1')
    const url = await addressOf(server)
    for (let i = 0; i < 20; i++) {
      const response = await fetch(url)
      expect([response.status, await response.text()]).toEqual([503, 'first half, second half'])
    }
  })

  test.each([
    ['GET', 'gzip'],
    ['GET', 'identity'],
    ['POST', 'identity'],
  ])('if a framework ends an answer to %s in %s while it is written', async (method, encoding) => {
    let begun = 0
    let givenUp = 0
    const handler = requestHandler(async ({ write, cancelled }) => {
      begun++
      for (let i = 0; i < 1_000 && !cancelled(); i++) {
        // Nothing that gzip could hold back.
        await write(randomBytes(10_000), () => {})
        await new Promise((resolve) => setImmediate(resolve))
      }
      if (cancelled()) givenUp++
    }, noWarning)
    const server = createServer((request, response) => {
      handler(request, response)
      setTimeout(() => response.end(), 2)
    }).listen(0, '127.0.0.1')
    const url = await addressOf(server)
    const headers = { 'accept-encoding': encoding }
    // A gzip that is cut is an error of the client.
    const ask = () => fetch(url, { method, headers }).then((response) => response.arrayBuffer())
    // More than can run at once: each has to end.
    for (let i = 0; i < 20; i++) await ask().catch(() => undefined)
    const { status } = await fetch(url, { method, headers })
    expect(status).toBe(method === 'GET' ? 200 : 405)
    while (givenUp < begun) await new Promise((resolve) => setImmediate(resolve))
    expect(begun).toBe(method === 'GET' ? 21 : 0)
  })
})

test.each(['gzip', 'identity'])(
  'a middleware that ends an answer in %s between two pieces ends nothing else',
  async (encoding) => {
    const handler = requestHandler(async ({ write }) => {
      for (let i = 0; i < 5; i++) void write(randomBytes(100_000), () => {})
    }, noWarning)
    let pieces = 0
    const server = createServer((request, response) => {
      const write = response.write.bind(response) as (chunk: unknown) => boolean
      response.write = ((chunk: unknown) => {
        const isTaken = write(chunk)
        if (pieces++ === 0) response.end()
        return isTaken
      }) as typeof response.write
      handler(request, response)
    }).listen(0, '127.0.0.1')
    const headers = { 'accept-encoding': encoding }
    const ask = async () => (await fetch(await addressOf(server), { headers })).arrayBuffer()
    await ask().catch(() => undefined)
    expect(pieces).toBeGreaterThan(0)
  },
)

test('metricsResponse keeps no piece that the next one overwrites', async () => {
  const respond = metricsResponse(async ({ write }) => {
    const piece = Buffer.alloc(3)
    for (const letter of 'ab') await write(piece.fill(letter), () => piece.fill('x'))
  }, noWarning)
  expect(await (await respond(new Request('http://localhost/'))).text()).toBe('aaabbb')
})
