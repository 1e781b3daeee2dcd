import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Warn } from '../guards/warnings.js'
import type { WriteExposition } from './render.js'
import { acceptsGzip, concurrentScrapes, formatOf, gzipOptions, headersOf } from './request-handler.js'

/**
 * Answers scrapes for servers that take the web's Request and Response. The exposition is complete before the answer
 * begins: such servers have no common way to cut one that fails.
 */
export function metricsResponse(
  writeExposition: WriteExposition,
  warn: Warn,
): (request: Request) => Promise<Response> {
  let running = 0
  return async (request) => {
    const { method = 'GET', headers } = request ?? {}
    if (method !== 'GET' && method !== 'HEAD')
      return refusal(405, 'Only GET and HEAD.\n', { allow: 'GET, HEAD' })
    if (running >= concurrentScrapes)
      return refusal(503, 'Too many scrapes at once.\n', { 'retry-after': '1' })
    running++
    try {
      const format = formatOf(headers?.get('accept') ?? undefined)
      const isPacked = acceptsGzip(headers?.get('accept-encoding') ?? undefined)
      const init = { headers: headersOf(format, isPacked) }
      if (method === 'HEAD') return new Response(null, init)
      const body = await written(writeExposition, format)
      return new Response(isPacked ? await promisify(gzip)(body, gzipOptions) : body, init)
    } catch (error) {
      warn({ code: 'SCRAPE_UNANSWERED', message: `monitor.metricsResponse failed: ${String(error)}` })
      return refusal(500, 'The metrics could not be written.\n')
    } finally {
      running--
    }
  }
}

async function written(
  writeExposition: WriteExposition,
  format: Parameters<WriteExposition>[0]['format'],
): Promise<Buffer> {
  const chunks: Buffer[] = []
  await writeExposition({
    format,
    // A copy: a later scrape can change what is released.
    write(chunk, release) {
      chunks.push(Buffer.from(chunk))
      release()
    },
    cancelled: () => false,
  })
  return Buffer.concat(chunks)
}

function refusal(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(text, { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers } })
}
