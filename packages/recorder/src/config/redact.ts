import { shownAddress } from '../database/errors.js'
import { storableText } from '../database/text.js'

/** An address that may hold a user and a password. */
const address = /^[a-z][a-z0-9+.-]*:\/\/[^/\s]*@/i

/**
 * A configuration, or a part of one, as JSON that everybody may read and Postgres can hold: addresses are without their
 * passwords, as reading needs no token and the history of changes is there for every dashboard.
 */
export function redactedJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'string' ? storableText(address.test(inner) ? shownAddress(inner) : inner) : inner,
  )
}

/** The same as a value, not as text. */
export function redacted<Value>(value: Value): Value {
  return JSON.parse(redactedJson(value)) as Value
}
