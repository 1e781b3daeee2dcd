import type { z } from 'zod'
import { unwrap } from './issues.js'

const marked = new WeakSet<object>()

/**
 * Marks a setting that a patch over HTTP may set: a number, a duration, a switch or one of a few choices that applies at
 * once and that another patch takes back. Any other setting comes from the configuration file alone: addresses, files,
 * code, secrets, receivers, services, how long data are kept.
 */
export function changeable<Schema extends z.ZodType>(schema: Schema): Schema {
  // A copy, as the same schema, such as `duration`, also describes settings that are not marked.
  const copy = schema.clone()
  marked.add(copy)
  return copy
}

/** What a patch may set below a schema: one value, the members of an object, or each member of a list or a record. */
export type Changeable =
  | { readonly kind: 'value' }
  | { readonly kind: 'object'; readonly members: ReadonlyMap<string, Changeable> }
  | { readonly kind: 'list' | 'record'; readonly each: Changeable }

/** The marked settings of a schema; undefined where it has none. */
export function changeableIn(schema: unknown): Changeable | undefined {
  const inner = unwrap(schema) as
    | { shape?: Record<string, unknown>; element?: unknown; valueType?: unknown }
    | undefined
  if (inner === undefined) return undefined
  if (marked.has(inner)) return { kind: 'value' }
  const each = changeableIn(inner.element ?? inner.valueType)
  if (each !== undefined) return { kind: inner.element === undefined ? 'record' : 'list', each }
  const members = new Map<string, Changeable>()
  for (const [name, member] of Object.entries(inner.shape ?? {})) {
    const found = changeableIn(member)
    if (found !== undefined) members.set(name, found)
  }
  return members.size === 0 ? undefined : { kind: 'object', members }
}
