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

  test.each(['GET', 'POST'])('if a framework ends an answer to %s while it is written', async (method) => {
    const handler = requestHandler(async ({ write, cancelled }) => {
      for (let i = 0; i < 50 && !cancelled(); i++) {
        await write(Buffer.alloc(10_000, 'a'), () => {})
        await new Promise((resolve) => setImmediate(resolve))
      }
    }, noWarning)
    const server = createServer((request, response) => {
      handler(request, response)
      setTimeout(() => response.end(), 2)
    }).listen(0, '127.0.0.1')
    const url = await addressOf(server)
    // More than can run at once: each has to end.
    for (let i = 0; i < 20; i++) await (await fetch(url, { method })).arrayBuffer()
    const { status } = await fetch(url, { method })
    expect(status).toBe(method === 'GET' ? 200 : 405)
  })
})
