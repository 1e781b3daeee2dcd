import { once } from 'node:events'
import { withoutColours } from '../terminal.js'

/**
 * Writes to standard output as fast as its reader takes it.
 * @returns false once the reader is gone, as after `| head`
 */
export async function send(text: string, stream: NodeJS.WriteStream = process.stdout): Promise<boolean> {
  if (stream.destroyed) return false
  const isFull = !stream.write(stream.isTTY === true || process.env.FORCE_COLOR ? text : withoutColours(text))
  if (!isFull) return true
  const gone = new AbortController()
  try {
    await Promise.race([
      once(stream, 'drain', { signal: gone.signal }),
      once(stream, 'close', { signal: gone.signal }),
    ])
  } catch {
    return false
  } finally {
    gone.abort()
  }
  return !stream.destroyed
}
