import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { MnemoscopeError } from '@mnemoscope/kpi'
import type { RequestHandler } from './request-handler.js'

/** A server with one page. */
export interface Endpoint {
  /** `http://127.0.0.1:9464/metrics` */
  readonly url: string
  close(): Promise<void>
}

const path = '/metrics'

const graceMilliseconds = 1_000

/**
 * Serves the exposition at `/metrics`. The server does not keep the process alive.
 * @param port 0 takes a free one
 * @throws MnemoscopeError PORT_IN_USE
 */
export async function serveEndpoint(host: string, port: number, handle: RequestHandler): Promise<Endpoint> {
  const server = createServer((request, response) => {
    if (request.url === path || request.url?.startsWith(`${path}?`)) {
      handle(request, response)
    } else {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' })
      response.end(`Metrics are at ${path}\n`)
    }
  })
  await new Promise<void>((resolve, reject) => {
    // For good: a connection that can't be accepted later on, for want of file descriptors, must not end the process.
    server.on('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)))
    // Workers of a cluster would share a port, and a scrape would reach any one of them.
    server.listen({ host, port, exclusive: true }, resolve)
  })
  server.unref()
  const address = server.address() as AddressInfo
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return {
    url: `http://${name}:${address.port}${path}`,
    close: () =>
      new Promise((resolve) => {
        // A scrape under way may finish; a scraper that does not read may not hold up the end of the service.
        const impatience = setTimeout(() => server.closeAllConnections(), graceMilliseconds)
        server.close(() => {
          clearTimeout(impatience)
          resolve()
        })
        // Scrapers keep their connections open between two scrapes.
        server.closeIdleConnections()
      }),
  }
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code !== 'EADDRINUSE') return error
  return new MnemoscopeError('PORT_IN_USE', `${host}:${port} is taken by another program`, {
    value: port,
    expected: 'a free port',
    next: 'Give another port to startMonitoring, 0 for any free one, and put the same into the services of the configuration.',
    cause: error,
  })
}
