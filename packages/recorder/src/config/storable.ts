import { storableText } from '../database/text.js'

/** A value as JSON that Postgres can hold. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'string' ? storableText(inner) : inner,
  )
}
