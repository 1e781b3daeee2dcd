import type { Config } from './define-config.js'

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
