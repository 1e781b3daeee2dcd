import type { IncomingMessage, ServerResponse } from 'node:http'
import type { WriteChunk } from './chunks.js'
import type { ExpositionFormat } from './family-text.js'
import { acceptsGzip, formatOf } from './negotiate.js'
import { scrapeBody } from './scrape-body.js'

/** Answers a scrape. Takes what node:http and Express hand over, and Fastify's request and reply. */
export type RequestHandler = (
  request: IncomingMessage | WrappedRequest,
  response: ServerResponse | WrappedResponse,
) => void

/** Fastify's request, which has Node's within. */
export interface WrappedRequest {
  readonly raw: IncomingMessage
}

/** Fastify's reply, which has Node's response within and must be told that somebody else answers. */
export interface WrappedResponse {
  readonly raw: ServerResponse
  hijack(): unknown
}

/** Writes everything there is to scrape. */
export type WriteExposition = (options: {
  readonly format: ExpositionFormat
  readonly write: WriteChunk
  readonly cancelled: () => boolean
}) => Promise<void>

/** Scrapes answered at the same time; more than that are scrapers that pile up behind a slow network. */
const concurrentScrapes = 8

/**
 * One scrape may take so long, in milliseconds: a scraper that stopped reading must not hold a place for good. Prometheus
 * tells its own patience, which may be longer.
 */
const scrapeDeadline = { usual: 60_000, longest: 600_000 }

const contentTypes: Readonly<Record<ExpositionFormat, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
}

/** A handler of scrapes. It never throws; a scrape that fails half-way ends the connection, so that no half is stored. */
export function requestHandler(
  writeExposition: WriteExposition,
  deadlineMilliseconds = scrapeDeadline.usual,
): RequestHandler {
  let running = 0
  return (request, response) => {
    if ('hijack' in response) response.hijack()
    const incoming = 'raw' in request ? request.raw : request
    const outgoing = 'raw' in response ? response.raw : response
    if (incoming.method !== 'GET' && incoming.method !== 'HEAD') {
      answer(outgoing, 405, 'Only GET and HEAD.\n', { allow: 'GET, HEAD' })
    } else if (running >= concurrentScrapes) {
      answer(outgoing, 503, 'Too many scrapes at once.\n', { 'retry-after': '1' })
    } else {
      running++
      endBy(deadlineOf(incoming.headers[patienceHeader], deadlineMilliseconds), outgoing)
      scrape(incoming, outgoing, writeExposition)
        .catch((error: unknown) =>
          outgoing.destroy(error instanceof Error ? error : new Error(String(error))),
        )
        .finally(() => {
          running--
        })
    }
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
  response.writeHead(200, {
    'content-type': contentTypes[format],
    vary: 'accept, accept-encoding',
    ...(gzip ? { 'content-encoding': 'gzip' } : {}),
  })
  if (request.method === 'HEAD') {
    response.end()
    return
  }
  const body = scrapeBody(response, gzip)
  await writeExposition({ format, write: body.write, cancelled: () => response.destroyed })
  body.end()
}

const patienceHeader = 'x-prometheus-scrape-timeout-seconds'

/**
 * Milliseconds that a scrape may take.
 * @param patience what the scraper says of itself, in seconds
 */
export function deadlineOf(patience: string | string[] | undefined, usual: number): number {
  const told = Number(patience) * 1_000
  return told > usual ? Math.min(told, scrapeDeadline.longest) : usual
}

/** Cuts the connection, which ends the scrape wherever it waits. */
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
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers })
  response.end(text)
}
