import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  boundConnections,
  createListener,
  hasScrapeToken,
  MnemoscopeError,
  type TlsFiles,
} from '@mnemoscope/kpi'
import type { Warn } from '../guards/warnings.js'
import type { Siblings } from '../siblings/siblings.js'
import type { RequestHandler } from './request-handler.js'

/** A server with one page. */
export interface Endpoint {
  /** `http://127.0.0.1:9464/metrics`, also where a sibling serves it; undefined while its port can't be had. */
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
  /** @default plain HTTP */
  readonly tls?: TlsFiles | undefined
  /** File with the token that scrapers have to send. @default none */
  readonly tokenFile?: string | undefined
  /**
   * The other processes of this service, which share the port.
   * @default none: the port is free or it is not
   */
  readonly siblings?: Siblings
  /** @default 10_000 */
  readonly retryMilliseconds?: number
}

const path = '/metrics'

/** More than all scrapers of a service have: connections must not take the memory and the open files of the service. */
const mostConnections = 100

/** A scrape is a line and some headers; a client that takes longer to send them is none. */
const limits = { headersTimeout: 10_000, requestTimeout: 10_000, connectionsCheckingInterval: 5_000 }

const graceMilliseconds = 1_000

/** When a sibling has gone, its port is tried this often, and for this long before a warning. */
const hurryMilliseconds = 50
const hurryingMilliseconds = 5_000

/**
 * Several processes of a service start at once, and a busy machine needs a while from the port of the first to the place where
 * they meet. Until then, its port looks as if another program had it.
 */
const startingMilliseconds = 2_000

/**
 * Serves the exposition at `/metrics`. The server does not keep the process alive.
 * @throws MnemoscopeError PORT_IN_USE, and errors of the system such as EACCES, if the endpoint is required; RangeError for
 *   what is no port, and FILE_UNUSABLE for what is no certificate
 */
export async function serveEndpoint(options: EndpointOptions): Promise<Endpoint> {
  const { host, port, handle, required, warn, tls, tokenFile, siblings, retryMilliseconds = 10_000 } = options
  const onTlsFailure = ({ message }: Error) =>
    warn({
      code: 'ENDPOINT_UNAVAILABLE',
      message: `The changed certificate is not used, and the former one stays: ${message}`,
    })
  const server = createListener({ ...limits, tls, onTlsFailure }, (request, response) => {
    if (tokenFile !== undefined && !hasScrapeToken(request, tokenFile)) {
      response.writeHead(401, { 'content-type': 'text/plain; charset=utf-8', 'www-authenticate': 'Bearer' })
      response.end('Scrapes need the token of this service.\n')
    } else if (request.url === path || request.url?.startsWith(`${path}?`)) {
      handle(request, response)
    } else {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' })
      response.end(`Metrics are at ${path}\n`)
    }
  })
  boundConnections(server, { all: mostConnections })
  // This handler stays: a later connection that can't be accepted, for example without free file descriptors, must not
  // end the process.
  server.on('error', () => undefined)
  let url: string | undefined
  let retry: NodeJS.Timeout | undefined
  let isClosed = false
  /** Whether the port is taken, and no sibling is there yet. */
  let isNobodyThere = false

  const listen = () =>
    new Promise<void>((resolve, reject) => {
      const failed = (error: NodeJS.ErrnoException) => reject(listenError(error, host, port))
      server.once('error', failed)
      // Workers of a cluster would share the port, and a scrape would reach a random worker.
      server.listen({ host, port, exclusive: true }, () => {
        server.off('error', failed)
        server.unref()
        url = urlOf(server.address() as AddressInfo, tls === undefined ? 'http' : 'https')
        resolve()
      })
    })
  /** Takes the port, or joins the sibling that has it. */
  const take = async () => {
    isNobodyThere = false
    try {
      await listen()
    } catch (error) {
      if (siblings === undefined || !(error instanceof MnemoscopeError)) throw error
      const joined = await siblings.join()
      if ('refused' in joined) {
        isNobodyThere = joined.isNobodyThere
        throw inUse(host, port, `${joined.refused}. ${nextStep}`, error)
      }
      url = joined.url
      if (isClosed) siblings.close()
      return
    }
    if (!isClosed) await siblings?.serve(url as string)
  }
  const takeAgain = (milliseconds: number, hurriesUntil = 0) => {
    if (isClosed) return
    const tryIt = () =>
      void take().catch((error: Error) => {
        if (performance.now() < hurriesUntil) return takeAgain(hurryMilliseconds, hurriesUntil)
        warnOf(error)
        takeAgain(retryMilliseconds)
      })
    retry = setTimeout(tryIt, milliseconds)
    retry.unref()
  }
  const warnOf = (error: Error) => {
    const { message, next = '' } = error as Error & { readonly next?: string }
    warn({
      code: error instanceof MnemoscopeError ? 'PORT_IN_USE' : 'ENDPOINT_UNAVAILABLE',
      message:
        `${message}, so Prometheus cannot scrape this process. The service goes on, and the port is tried again every ` +
        `${retryMilliseconds / 1_000} s. ${next}`.trimEnd(),
    })
  }
  siblings?.onLost((wait) => {
    url = undefined
    takeAgain(wait, performance.now() + wait + hurryingMilliseconds)
  })
  const startedAt = performance.now()
  const isStarting = () => isNobodyThere && performance.now() - startedAt < startingMilliseconds
  const takeAtStart = async (): Promise<void> => {
    try {
      await take()
    } catch (error) {
      if (!required || !isStarting()) throw error
      await sleep(hurryMilliseconds)
      await takeAtStart()
    }
  }
  try {
    await takeAtStart()
  } catch (error) {
    // What no address can be, such as port 70000, is a mistake that stays one: only the system's refusals can pass.
    if (required || !isOfSystem(error)) throw error
    if (isStarting()) {
      takeAgain(hurryMilliseconds, startedAt + startingMilliseconds)
    } else {
      warnOf(error as Error)
      takeAgain(retryMilliseconds)
    }
  }
  return {
    get url() {
      return url
    },
    async close() {
      isClosed = true
      clearTimeout(retry)
      await siblings?.handOver()
      const closed = new Promise<void>((resolve) => {
        // A running scrape can finish, but a scraper that does not read must not delay the end of the service.
        const deadline = setTimeout(() => server.closeAllConnections(), graceMilliseconds)
        server.close(() => {
          clearTimeout(deadline)
          resolve()
        })
        // Scrapers keep their connections open between two scrapes.
        server.closeIdleConnections()
      })
      siblings?.close()
      return closed
    },
  }
}

function isOfSystem(error: unknown): boolean {
  return error instanceof MnemoscopeError || (error as NodeJS.ErrnoException).syscall !== undefined
}

function urlOf({ family, address, port }: AddressInfo, scheme: string): string {
  return `${scheme}://${family === 'IPv6' ? `[${address}]` : address}:${port}${path}`
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  return error.code === 'EADDRINUSE' ? inUse(host, port, nextStep, error) : error
}

function inUse(host: string, port: number, next: string, cause: Error): MnemoscopeError {
  return new MnemoscopeError('PORT_IN_USE', `${host}:${port} is in use`, {
    value: port,
    expected: 'a free port',
    next,
    cause,
  })
}

const nextStep =
  'Give startMonitoring another port, or 0 for any free one, and name the same port in the services of the configuration.'
