import { createHash, timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'

/**
 * Whether a scrape has the token of a file, as `Authorization: Bearer`. The file is read for each scrape, so a new token
 * counts at once. None is let in while the file cannot be read or is empty.
 */
export function hasScrapeToken({ headers }: Pick<IncomingMessage, 'headers'>, file: string): boolean {
  const given = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1]
  if (given === undefined) return false
  try {
    const token = readFileSync(file, 'utf8').trim()
    return token !== '' && timingSafeEqual(hashOf(given), hashOf(token))
  } catch {
    return false
  }
}

/** Of equal length, as the comparison needs. */
function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
