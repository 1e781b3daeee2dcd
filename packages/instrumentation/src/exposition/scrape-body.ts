import type { ServerResponse } from 'node:http'
import type { Writable } from 'node:stream'
import { constants, createGzip } from 'node:zlib'
import type { WriteChunk } from './chunks.js'

/** Where the body of one scrape's answer goes, compressed or not. */
export interface ScrapeBody {
  readonly write: WriteChunk
  end(): void
}

/** The fastest level: scrapes are large, frequent, and cross a local network. */
const gzipOptions = { level: constants.Z_BEST_SPEED }

export function scrapeBody(response: ServerResponse, gzip: boolean): ScrapeBody {
  if (!gzip) return bodyOf(response, response)
  const compressed = createGzip(gzipOptions)
  // Compression itself runs on Node's thread pool, off the event loop.
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

/** Waits until what was written is taken, or the scraper has gone. */
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
