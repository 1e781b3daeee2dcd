import { createServer, type Server } from 'node:http'
import { type AddressInfo, isIPv6 } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { MnemoscopeError } from '@mnemoscope/kpi'
import type { Hono } from 'hono'

/** Bounds memory and open files, whoever sends how much. */
const mostConnections = 500

/** An HTTP server that listens. */
export interface Listening {
  readonly url: string
  /** Stops taking requests and waits for those under way. */
  close(): Promise<void>
}

/**
 * Serves an app at an address.
 * @param port 0 for a free one
 * @throws MnemoscopeError PORT_IN_USE
 */
export async function listen(app: Hono, host: string, port: number): Promise<Listening> {
  const server = createServer(getRequestListener(app.fetch))
  // A client that sends headers and then nothing must not hold a connection for ever.
  server.requestTimeout = 30_000
  server.headersTimeout = 10_000
  // Beyond this, connections wait in the system's queue or are refused, and senders try again.
  server.maxConnections = mostConnections
  await bound(server, host, port)
  const { port: taken } = server.address() as AddressInfo
  return {
    url: `http://${isIPv6(host) ? `[${host}]` : host}:${taken}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeIdleConnections()
      }),
  }
}

function bound(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE' || error.code === 'EACCES'
          ? new MnemoscopeError('PORT_IN_USE', `can't listen on ${host}:${port}: ${error.message}`, {
              value: port,
              expected: 'an address that is free and allowed',
              next: `Stop what listens on port ${port}, or choose another one.`,
              cause: error,
            })
          : error,
      )
    })
    server.listen(port, host, resolve)
  })
}
