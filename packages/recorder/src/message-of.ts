import { inspect } from 'node:util'

/** The message of a thrown value, which may not be an Error. */
export function messageOf(error: unknown): string {
  const { message, name } = (error ?? {}) as { message?: unknown; name?: unknown }
  if (typeof message === 'string' && message !== '') return message
  if (typeof name === 'string') return name
  return typeof error === 'object' ? inspect(error) : String(error)
}
