import cluster from 'node:cluster'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { MnemoscopeError } from '@mnemoscope/kpi'
import type { Warn } from '../guards/warnings.js'
import type { RequestHandler } from './request-handler.js'

/** A server with one page. */
export interface Endpoint {
  /** `http://127.0.0.1:9464/metrics`; undefined while its port can't be had. */
  readonly url: string | undefined
  close(): Promise<void>
}

export interface EndpointOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly handle: RequestHandler
  /** Whether a port that the system refuses is an error. Else it is a warning, and the port is tried again. */
  readonly required: boolean
  readonly warn: Warn
  /** @default 10_000 */
  readonly retryMilliseconds?: number
}

const path = '/metrics'

const graceMilliseconds = 1_000

/**
 * Serves the exposition at `/metrics`. The server does not keep the process alive.
 * @throws MnemoscopeError PORT_IN_USE, and errors of the system such as EACCES, if the endpoint is required; RangeError for
 *   what is no port
 */
export async function serveEndpoint(options: EndpointOptions): Promise<Endpoint> {
  const { host, port, handle, required, warn, retryMilliseconds = 10_000 } = options
  const server = createServer((request, response) => {
    if (request.url === path || request.url?.startsWith(`${path}?`)) {
      handle(request, response)
    } else {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' })
      response.end(`Metrics are at ${path}\n`)
    }
  })
  // This handler stays: a later connection that can't be accepted, for example without free file descriptors, must not
  // end the process.
  server.on('error', () => undefined)
  let url: string | undefined
  let retry: NodeJS.Timeout | undefined
  let isClosed = false

  const listen = () =>
    new Promise<void>((resolve, reject) => {
      const failed = (error: NodeJS.ErrnoException) => reject(listenError(error, host, port))
      server.once('error', failed)
      // Workers of a cluster would share the port, and a scrape would reach a random worker.
      server.listen({ host, port, exclusive: true }, () => {
        server.off('error', failed)
        server.unref()
        url = urlOf(server.address() as AddressInfo)
        resolve()
      })
    })
  const listenAgain = () => {
    if (isClosed) return
    retry = setTimeout(() => void listen().catch(listenAgain), retryMilliseconds)
    retry.unref()
  }
  try {
    await listen()
  } catch (error) {
    // What no address can be, such as port 70000, is a mistake that stays one: only the system's refusals can pass.
    if (required || !isOfSystem(error)) throw error
    const { message, next = '' } = error as Error & { readonly next?: string }
    warn({
      code: error instanceof MnemoscopeError ? 'PORT_IN_USE' : 'ENDPOINT_UNAVAILABLE',
      message:
        `${message}, so Prometheus cannot scrape this process. The service goes on, and the port is tried again every ` +
        `${retryMilliseconds / 1_000} s. ${next}`.trimEnd(),
    })
    listenAgain()
  }
  return {
    get url() {
      return url
    },
    close: () =>
      new Promise((resolve) => {
        isClosed = true
        clearTimeout(retry)
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

function isOfSystem(error: unknown): boolean {
  return error instanceof MnemoscopeError || (error as NodeJS.ErrnoException).syscall !== undefined
}

function urlOf({ family, address, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}${path}`
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code !== 'EADDRINUSE') return error
  return new MnemoscopeError('PORT_IN_USE', `${host}:${port} is in use`, {
    value: port,
    expected: 'a free port',
    next: nextStep(),
    cause: error,
  })
}

/** What people do about a taken port. PM2 names the worker in its environment, and starts it as one of node:cluster or not. */
function nextStep(): string {
  const own =
    cluster.isWorker || process.env.NODE_APP_INSTANCE !== undefined
      ? 'Another worker of this cluster has it: give each worker a port of its own.'
      : 'Another program has it, or another process of this service: give startMonitoring another port, or 0 for any free one.'
  return `${own} Name the same ports in the services of the configuration.`
}
