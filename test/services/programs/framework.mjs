// Metrics at the port of the application, by the framework that FRAMEWORK names.
import { createServer } from 'node:http'
import { startMonitoring } from '@mnemoscope/instrumentation'
import { endWith, listener, options, record } from './app.mjs'

const monitor = await startMonitoring({ ...options, endpoint: false })
const count = (url) => record(monitor, url)
const answer = listener(count)
const { requestHandler } = monitor
const port = Number(process.env.APP_PORT)

const frameworks = {
  http: () =>
    createServer((request, response) =>
      request.url === '/metrics' ? requestHandler(request, response) : answer(request, response),
    ),
  async http2() {
    const { createServer } = await import('node:http2')
    return createServer((request, response) => {
      if (request.url === '/metrics') return requestHandler(request, response)
      if (request.url.startsWith('/record')) count(request.url)
      response.end(String(process.pid))
    })
  },
  async express() {
    const { default: express } = await import('express')
    return createServer(express().get('/metrics', requestHandler).use(answer))
  },
  async 'express with compression'() {
    const { default: express } = await import('express')
    const { default: compression } = await import('compression')
    const app = express().use(compression({ threshold: 0 }))
    return createServer(app.get('/metrics', requestHandler).use(answer))
  },
  async fastify() {
    const { default: fastify } = await import('fastify')
    const app = fastify({ forceCloseConnections: true })
    app.get('/metrics', requestHandler)
    app.get('/*', (request, reply) => {
      if (request.url.startsWith('/record')) count(request.url)
      return reply.send(String(process.pid))
    })
    await app.ready()
    return createServer((request, response) => app.routing(request, response))
  },
  async koa() {
    const { default: Koa } = await import('koa')
    const app = new Koa().use((context) => {
      context.respond = false
      return context.path === '/metrics'
        ? requestHandler(context.req, context.res)
        : answer(context.req, context.res)
    })
    return createServer(app.callback())
  },
  async hono() {
    const { Hono } = await import('hono')
    const app = new Hono()
    app.get('/metrics', ({ req }) => monitor.metricsResponse(req.raw))
    app.get('/record', ({ req, text }) => {
      count(req.url)
      return text('recorded')
    })
    app.get('/pid', ({ text }) => text(String(process.pid)))
    // As an adapter for Node does it.
    return createServer(async (request, response) => {
      const given = await app.fetch(new Request(`http://service${request.url}`, { headers: request.headers }))
      response.writeHead(given.status, Object.fromEntries(given.headers))
      response.end(Buffer.from(await given.arrayBuffer()))
    })
  },
}
const server = await frameworks[process.env.FRAMEWORK]()
server.listen(port, '127.0.0.1')
endWith(server, monitor.stop)
