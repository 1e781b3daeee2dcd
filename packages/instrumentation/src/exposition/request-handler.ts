import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Writable } from 'node:stream'
import { constants, createGzip } from 'node:zlib'
import type { Warn } from '../guards/warnings.js'
import type { ExpositionFormat } from './lines.js'
import type { WriteChunk, WriteExposition } from './render.js'

/** Answers a scrape. Takes request and response of node:http and Express, or request and reply of Fastify. */
export type RequestHandler = (
  request: IncomingMessage | WrappedRequest,
  response: ServerResponse | WrappedResponse,
) => void

/** Fastify's request, which holds Node's request. */
export interface WrappedRequest {
  readonly raw: IncomingMessage
}

/** Fastify's reply, which holds Node's response. `hijack` stops Fastify from answering too. */
export interface WrappedResponse {
  readonly raw: ServerResponse
  hijack(): unknown
}

/**
 * Limit of scrapes at the same time. More of them are scrapers that wait behind a slow network, or that never read: for a
 * new one, the oldest scrape ends whose scraper does not take its answer.
 */
export const concurrentScrapes = 8

/**
 * Time limit of a scrape in milliseconds, so that a scraper that stopped reading does not block others. Prometheus sends
 * its scrape timeout, which can be longer than the usual limit.
 */
const scrapeDeadline = { usual: 60_000, longest: 600_000 }

const contentTypes: Readonly<Record<ExpositionFormat, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
}

/**
 * A handler of scrapes. It never throws, and no error of a response ends the process: an answer that somebody else has
 * begun or ended, such as a framework at its time limit, is left to them. A scrape that fails ends the connection, so
 * that no incomplete scrape is stored.
 */
export function requestHandler(
  writeExposition: WriteExposition,
  warn: Warn,
  deadlineMilliseconds = scrapeDeadline.usual,
): RequestHandler {
  const running = new Set<ServerResponse>()
  return (request, response) => {
    const exchange = exchangeOf(request, response)
    if (exchange === undefined) {
      warn(misused)
      return
    }
    const { incoming, outgoing } = exchange
    if (outgoing.headersSent || outgoing.writableEnded) return
    // Without a listener, a write after somebody else's end would be an uncaught exception.
    outgoing.on('error', () => undefined)
    if (incoming.method !== 'GET' && incoming.method !== 'HEAD') {
      answer(outgoing, 405, 'Only GET and HEAD.\n', { allow: 'GET, HEAD' })
    } else if (running.size >= concurrentScrapes && !endStalled(running)) {
      answer(outgoing, 503, 'Too many scrapes at once.\n', { 'retry-after': '1' })
    } else {
      running.add(outgoing)
      endBy(deadlineOf(incoming.headers[scrapeTimeoutHeader], deadlineMilliseconds), outgoing)
      scrape(incoming, outgoing, writeExposition)
        .catch((error: unknown) =>
          outgoing.destroy(error instanceof Error ? error : new Error(String(error))),
        )
        .finally(() => running.delete(outgoing))
    }
  }
}

/** Ends the oldest answer that its scraper does not take. @returns whether there was one */
function endStalled(running: Set<ServerResponse>): boolean {
  for (const response of running) {
    if (response.writableNeedDrain !== true) continue
    running.delete(response)
    response.destroy()
    return true
  }
  return false
}

const misused = {
  code: 'SCRAPE_UNANSWERED',
  message:
    'monitor.requestHandler was called without a request and a response of node:http, node:http2, Express or Fastify. ' +
    'Koa: monitor.requestHandler(ctx.req, ctx.res) after ctx.respond = false. Handlers that return a Response, as in Hono: return monitor.metricsResponse(request).',
} as const

/** Node's request and response; undefined where the arguments are something else. */
function exchangeOf(
  request: Parameters<RequestHandler>[0],
  response: Parameters<RequestHandler>[1],
): { incoming: IncomingMessage; outgoing: ServerResponse } | undefined {
  try {
    const incoming = 'raw' in request ? request.raw : request
    const outgoing = 'raw' in response ? response.raw : response
    const isNodes =
      typeof incoming.method === 'string' &&
      typeof incoming.headers === 'object' &&
      [outgoing.writeHead, outgoing.write, outgoing.once, outgoing.destroy].every(
        (each) => typeof each === 'function',
      )
    if (!isNodes) return undefined
    if ('hijack' in response) response.hijack()
    return { incoming, outgoing }
  } catch {
    return undefined
  }
}

async function scrape(
  request: IncomingMessage,
  response: ServerResponse,
  writeExposition: WriteExposition,
): Promise<void> {
  const format = formatOf(request.headers.accept)
  const encoding = request.headers['accept-encoding']
  const gzip = acceptsGzip(Array.isArray(encoding) ? encoding.join(',') : encoding)
  response.writeHead(200, headersOf(format, gzip))
  if (request.method === 'HEAD') {
    response.end()
    return
  }
  const body = scrapeBody(response, gzip)
  await writeExposition({ format, write: body.write, cancelled: () => response.destroyed })
  body.end()
}

/** Headers of an answer with the exposition. */
export function headersOf(format: ExpositionFormat, gzip: boolean): Readonly<Record<string, string>> {
  return {
    'content-type': contentTypes[format],
    vary: 'accept, accept-encoding',
    ...(gzip ? { 'content-encoding': 'gzip' } : {}),
  }
}

const scrapeTimeoutHeader = 'x-prometheus-scrape-timeout-seconds'

/**
 * Time limit of a scrape in milliseconds.
 * @param scrapeTimeout the scraper's timeout in seconds, from its header
 */
export function deadlineOf(scrapeTimeout: string | string[] | undefined, usual: number): number {
  const milliseconds = Number(scrapeTimeout) * 1_000
  return milliseconds > usual ? Math.min(milliseconds, scrapeDeadline.longest) : usual
}

/** Closes the connection at the deadline, which ends the scrape. */
function endBy(milliseconds: number, response: ServerResponse): void {
  const deadline = setTimeout(() => response.destroy(), milliseconds)
  deadline.unref()
  response.once('close', () => clearTimeout(deadline))
}

function answer(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>>,
): void {
  try {
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers })
    response.end(text)
  } catch {
    // Somebody else has answered.
  }
}

/** The body of a scrape's answer, compressed or not. */
interface ScrapeBody {
  readonly write: WriteChunk
  end(): void
}

/** The fastest level: scrapes are large and frequent, and the network is usually local. */
export const gzipOptions = { level: constants.Z_BEST_SPEED }

function scrapeBody(response: ServerResponse, gzip: boolean): ScrapeBody {
  if (!gzip) return bodyOf(response, response)
  const compressed = createGzip(gzipOptions)
  // Compression runs on Node's thread pool, not on the event loop.
  compressed.pipe(response)
  response.once('close', () => compressed.destroy())
  return bodyOf(compressed, response)
}

function bodyOf(stream: Writable, response: ServerResponse): ScrapeBody {
  return {
    write: (chunk, release) => (stream.write(chunk, release) ? undefined : drained(stream, response)),
    end: () => stream.end(),
  }
}

/** Waits until the written bytes are sent, or the scraper is gone. */
function drained(stream: Writable, response: ServerResponse): Promise<void> {
  if (response.destroyed || stream.destroyed) return Promise.resolve()
  return new Promise((resolve) => {
    const done = () => {
      stream.off('drain', done)
      response.off('close', done)
      resolve()
    }
    stream.on('drain', done)
    response.on('close', done)
  })
}

/** The format that a scraper prefers: OpenMetrics if it accepts a supported version, else plain text. */
export function formatOf(accept: string | undefined): ExpositionFormat {
  let openMetrics = 0
  let text = 0
  for (const { name, parameters, quality } of preferences(accept)) {
    if (
      name === 'application/openmetrics-text' &&
      supportedVersions.has(parameters.get('version') ?? '1.0.0')
    ) {
      openMetrics = Math.max(openMetrics, quality)
    } else if (name === 'text/plain') {
      text = Math.max(text, quality)
    }
  }
  return openMetrics > 0 && openMetrics >= text ? 'openmetrics' : 'text'
}

const supportedVersions: ReadonlySet<string> = new Set(['1.0.0', '0.0.1'])

/** Whether a scraper accepts gzip. */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  return preferences(acceptEncoding).some(({ name, quality }) => name === 'gzip' && quality > 0)
}

interface Preference {
  readonly name: string
  readonly parameters: ReadonlyMap<string, string>
  /** From 0, never, to 1. */
  readonly quality: number
}

/** https://www.rfc-editor.org/rfc/rfc9110#section-12.4.2 */
function preferences(header: string | undefined): Preference[] {
  return (header ?? '').split(',').map((item) => {
    const [name = '', ...rest] = item.split(';').map((part) => part.trim().toLowerCase())
    const parameters = new Map(rest.map((parameter) => pair(parameter)))
    const quality = Number(parameters.get('q') ?? 1)
    return { name, parameters, quality: quality >= 0 && quality <= 1 ? quality : 0 }
  })
}

function pair(parameter: string): [string, string] {
  const [name = '', value = ''] = parameter.split('=')
  return [name, value.replace(/^"(.*)"$/, '$1')]
}
