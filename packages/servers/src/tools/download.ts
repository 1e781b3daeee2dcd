import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'

/** Limits of one request, in milliseconds. */
export interface DownloadLimits {
  /** Until the answer begins. */
  readonly answer: number
  /** Between two pieces of it. */
  readonly stall: number
  /** All of it. */
  readonly total: number
}

/** Fetches a short text. Rejects unless the answer is a 2xx. */
export async function downloadText(url: string, limits: DownloadLimits): Promise<string> {
  const pieces: Buffer[] = []
  await download(url, limits, async (chunks) => {
    for await (const chunk of chunks) pieces.push(chunk)
  })
  return Buffer.concat(pieces).toString('utf8')
}

/** Fetches into a file; gives the SHA-256 of what came, in hex. Rejects unless the answer is a 2xx and complete. */
export async function downloadFile(
  url: string,
  path: string,
  limits: DownloadLimits,
  onFraction: (fraction: number) => void,
): Promise<string> {
  const hash = createHash('sha256')
  await download(url, limits, async (chunks, length) => {
    let received = 0
    await pipeline(
      chunks,
      async function* counted(source: AsyncIterable<Buffer>) {
        for await (const chunk of source) {
          hash.update(chunk)
          received += chunk.length
          if (length > 0) onFraction(received / length)
          yield chunk
        }
      },
      createWriteStream(path),
    )
  })
  return hash.digest('hex')
}

/** Hands the body to a reader, in pieces, and ends the request when a limit is passed. */
async function download(
  url: string,
  limits: DownloadLimits,
  read: (chunks: AsyncIterable<Buffer>, length: number) => Promise<void>,
): Promise<void> {
  const stop = new AbortController()
  const limit = (ms: number, what: string) => setTimeout(() => stop.abort(new Error(what)), ms)
  const total = limit(limits.total, `not finished after ${limits.total / 1000} s`)
  let waiting = limit(limits.answer, `no answer after ${limits.answer / 1000} s`)
  async function* watched(body: AsyncIterable<Buffer>) {
    for await (const chunk of body) {
      clearTimeout(waiting)
      waiting = limit(limits.stall, `nothing came for ${limits.stall / 1000} s`)
      yield chunk
    }
  }
  try {
    const response = await fetch(url, { signal: stop.signal })
    if (!response.ok || response.body === null) {
      await response.body?.cancel()
      throw new Error(`answered ${response.status}`)
    }
    const body = Readable.fromWeb(response.body as ReadableStream)
    await read(watched(body), Number(response.headers.get('content-length') ?? 0))
  } catch (error) {
    throw new Error(`${url}: ${reasonOf(stop.signal.aborted ? stop.signal.reason : error)}`, { cause: error })
  } finally {
    clearTimeout(total)
    clearTimeout(waiting)
  }
}

/** `fetch` says "fetch failed" and hides why in the cause, or in the first of several causes (one per address). */
function reasonOf(error: unknown): string {
  const { cause, message } = error as {
    cause?: { message?: string; errors?: { message: string }[] }
    message?: string
  }
  return cause?.errors?.[0]?.message || cause?.message || message || String(error)
}
