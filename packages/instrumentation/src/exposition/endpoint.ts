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
    // This handler stays: a later connection that can't be accepted, for example without free file descriptors, must
    // not end the process.
    server.on('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)))
    // Workers of a cluster would share the port, and a scrape would reach a random worker.
    server.listen({ host, port, exclusive: true }, resolve)
  })
  server.unref()
  const address = server.address() as AddressInfo
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return {
    url: `http://${name}:${address.port}${path}`,
    close: () =>
      new Promise((resolve) => {
        // A running scrape can finish, but a scraper that does not read must not delay the end of the service.
        const deadline = setTimeout(() => server.closeAllConnections(), graceMilliseconds)
        server.close(() => {
          clearTimeout(deadline)
          resolve()
        })
        // Scrapers keep their connections open between two scrapes.
        server.closeIdleConnections()
      }),
  }
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code !== 'EADDRINUSE') return error
  return new MnemoscopeError('PORT_IN_USE', `${host}:${port} is in use by another program`, {
    value: port,
    expected: 'a free port',
    next: 'Give startMonitoring another port, or 0 for any free one. Set the same port in the services of the configuration.',
    cause: error,
  })
}
