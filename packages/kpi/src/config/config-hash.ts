import { createHash } from 'node:crypto'

/**
 * SHA-256 of a configuration's meaning, in hex: equal configurations have equal hashes, however they are written.
 * Of a function counts that it is there, not what it does: its text is another one after each build, and what it
 * closes over is in no text.
 * @param config a `Config`, or its meaning
 */
export function configHash(config: object): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(configMeaning(config))))
    .digest('hex')
}

/** A configuration as JSON has it, without what was declared; a function is the text "function". */
export function configMeaning(config: object): Record<string, unknown> {
  const { declared: _, ...meaning } = config as { declared?: unknown }
  return JSON.parse(
    JSON.stringify(meaning, (_key, value: unknown) => (typeof value === 'function' ? 'function' : value)),
  ) as Record<string, unknown>
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
