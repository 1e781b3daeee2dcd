/**
 * Where rendered bytes go.
 * @param chunk belongs to the receiver until it calls `release`, then it is written again
 * @returns a promise means "wait before more"
 */
export type WriteChunk = (chunk: Buffer, release: () => void) => void | Promise<void>

/** Rendered text is handed on in pieces of about this many bytes. */
const chunkBytes = 64 * 1_024

/** A chunk has room for the piece that fills it. */
const bufferBytes = chunkBytes + chunkBytes / 2

/** Chunks kept for the next scrape: those of one that its scraper takes as fast as it is written. */
const keptChunks = 32

/** Released chunks, for all scrapes: fresh memory for each would cost more than writing into it. */
const free: Buffer[] = []

/** Gathers small pieces of text into chunks. */
export interface Chunks {
  text(text: string): void
  /** Room for so many bytes: the buffer and the place in it. The caller fills it at once. */
  reserve(bytes: number): { readonly buffer: Buffer; readonly at: number }
  /** Whether a chunk is full and waits for `flush`. */
  full(): boolean
  flush(): void | Promise<void>
}

export function chunks(write: WriteChunk): Chunks {
  let buffer = take()
  let used = 0
  const room = { buffer, at: 0 }

  function reserve(bytes: number) {
    if (used + bytes > buffer.length) {
      // A series of more than a chunk, or several between two flushes.
      const larger = Buffer.allocUnsafeSlow((used + bytes) * 2)
      buffer.copy(larger, 0, 0, used)
      give(buffer)
      buffer = larger
    }
    room.buffer = buffer
    room.at = used
    used += bytes
    return room
  }

  return {
    reserve,
    text(text) {
      const bytes = Buffer.byteLength(text)
      const { buffer, at } = reserve(bytes)
      buffer.write(text, at)
    },
    full: () => used >= chunkBytes,
    flush() {
      if (used === 0) return
      const written = buffer
      const chunk = written.subarray(0, used)
      buffer = take()
      used = 0
      return write(chunk, () => give(written))
    },
  }
}

function take(): Buffer {
  return free.pop() ?? Buffer.allocUnsafeSlow(bufferBytes)
}

function give(buffer: Buffer): void {
  if (free.length < keptChunks && buffer.length === bufferBytes) free.push(buffer)
}
