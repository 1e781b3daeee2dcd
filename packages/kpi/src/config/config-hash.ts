import { createHash } from 'node:crypto'
import { shownConfig } from './shown-config.js'

/**
 * SHA-256 of a configuration's meaning, in hex: equal configurations have equal hashes, however they are written.
 * Of a function counts that it is there, not what it does: its text is another one after each build, and what it
 * closes over is in no text. Of a secret counts that it is there, as rules, metrics and answers have the hash.
 * @param config a `Config`, its meaning, or what `shownConfig` made of it
 */
export function configHash(config: object): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(shownConfig(config))))
    .digest('hex')
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  )
}
