/** Where rendered bytes go; a promise means "wait before more". */
export type WriteChunk = (chunk: Buffer) => void | Promise<void>

/** Rendered text is handed on in pieces of about this many bytes. */
const chunkBytes = 64 * 1_024

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
  let buffer = Buffer.allocUnsafe(2 * chunkBytes)
  let used = 0
  const room = { buffer, at: 0 }

  function reserve(bytes: number) {
    if (used + bytes > buffer.length) {
      // A series of more than a chunk, or several between two flushes.
      const larger = Buffer.allocUnsafe((used + bytes) * 2)
      buffer.copy(larger, 0, 0, used)
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
      const chunk = buffer.subarray(0, used)
      // Handed over, not reused: the socket may hold it for as long as the scraper is slow.
      buffer = Buffer.allocUnsafe(2 * chunkBytes)
      used = 0
      return write(chunk)
    },
  }
}
