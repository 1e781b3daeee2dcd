import { createHash } from 'node:crypto'
import type { Config } from './define-config.js'

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

/** A value as JSON has it, with the text "function" for each function. */
export type AsJson<Value> = Value extends (...parameters: never[]) => unknown
  ? 'function'
  : Value extends object
    ? { readonly [Key in keyof Value]: AsJson<Value[Key]> }
    : Value

/** What `configMeaning` makes of a configuration. */
export type ConfigMeaning = AsJson<Omit<Config, 'declared'>>

/** A configuration as JSON has it, without what was declared; a function is the text "function". */
export function configMeaning<Given extends object>(config: Given): AsJson<Omit<Given, 'declared'>> {
  const { declared: _, ...meaning } = config as { declared?: unknown }
  return JSON.parse(
    JSON.stringify(meaning, (_key, value: unknown) => (typeof value === 'function' ? 'function' : value)),
  )
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
