import type { TextBlock } from './text-block.js'

/**
 * Where rendered bytes go.
 * @param chunk stays as it is until the receiver calls `release`; then it may be written again
 * @returns a promise means "wait before more"
 */
export type WriteChunk = (chunk: Buffer, release: () => void) => void | Promise<void>

/** Small pieces are handed on together, in chunks of about this many bytes. */
const chunkBytes = 16 * 1_024

/** Gathers small pieces of text into chunks, and hands large ones on as they are. */
export interface Chunks {
  text(text: string): void
  block(block: TextBlock): void | Promise<void>
  flush(): void | Promise<void>
}

export function chunks(write: WriteChunk): Chunks {
  let pieces: Buffer[] = []
  let gathered = 0

  function add(piece: Buffer): void {
    pieces.push(piece)
    gathered += piece.length
  }

  function flush(): void | Promise<void> {
    if (pieces.length === 0) return
    const chunk = Buffer.concat(pieces, gathered)
    pieces = []
    gathered = 0
    return write(chunk, () => {})
  }

  return {
    text: (text) => add(Buffer.from(text)),
    block(block) {
      if (block.length < chunkBytes) {
        // Copied, because a later scrape may change it before this chunk is written.
        add(Buffer.from(block.view()))
        return gathered < chunkBytes ? undefined : flush()
      }
      const before = flush()
      const writing = write(block.view(), block.hold())
      return before === undefined ? writing : before.then(() => writing)
    },
    flush,
  }
}
