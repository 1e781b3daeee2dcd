import type { Server } from 'node:http'
import { type AddressInfo, isIPv6 } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { boundConnections, createListener, type ListenerOptions, MnemoscopeError } from '@mnemoscope/kpi'
import type { Hono } from 'hono'

/**
 * Limits memory and open files, however many requests come, and leaves room beside one sender. One address has more than
 * a busy page, a proxy or a host of services needs.
 */
const connectionLimits = { all: 500, ofOnePeer: 400 }

/** Connections that the system keeps for the process while it is busy. Senders of what is refused here wait for seconds. */
const backlog = 4_096

/** How often the two limits of time below are checked. Node's default of 30 s would let silent connections stay as long. */
const connectionsCheckingInterval = 1_000

/** Below the 10 s after which Docker kills a process that it asked to stop. */
const defaultGraceMs = 5_000
const idleCheckMs = 100

/** An HTTP server that listens. */
export interface Listening {
  readonly url: string
  /** Stops taking requests and waits for those under way until the grace is over, then cuts them off. */
  close(): Promise<void>
}

export interface ListenOptions extends Pick<ListenerOptions, 'tls' | 'onTlsFailure'> {
  readonly graceMs?: number
}

/**
 * Serves an app at an address.
 * @param port 0 for a free one
 * @param options `graceMs`: how long `close` waits for requests under way; default 5 s
 * @throws MnemoscopeError PORT_IN_USE, FILE_UNUSABLE
 */
export async function listen(
  app: Pick<Hono, 'fetch'>,
  host: string,
  port: number,
  { graceMs = defaultGraceMs, tls, onTlsFailure }: ListenOptions = {},
): Promise<Listening> {
  const server = createListener(
    { connectionsCheckingInterval, tls, ...(onTlsFailure && { onTlsFailure }) },
    getRequestListener(app.fetch),
  )
  // A client that sends headers and then nothing must not hold a connection for ever.
  server.requestTimeout = 30_000
  server.headersTimeout = 10_000
  boundConnections(server, connectionLimits)
  await bound(server, host, port)
  const { port: taken } = server.address() as AddressInfo
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${isIPv6(host) ? `[${host}]` : host}:${taken}`,
    close: () => closed(server, graceMs),
  }
}

function closed(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    // A connection that is kept alive becomes idle when its request is answered, and nothing else closes it then.
    const idle = setInterval(() => server.closeIdleConnections(), idleCheckMs)
    // Who reads slowly, or not at all, must not keep the process from ending.
    const grace = setTimeout(() => server.closeAllConnections(), graceMs)
    server.close(() => {
      clearInterval(idle)
      clearTimeout(grace)
      resolve()
    })
    server.closeIdleConnections()
  })
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
    server.listen({ port, host, backlog }, resolve)
  })
}
