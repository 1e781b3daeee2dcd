import { createHash } from 'node:crypto'

/** NUL and halves of surrogate pairs, which neither `text` nor `jsonb` takes. */
const unstorable = /\0|\p{Surrogate}/u
const allUnstorable = new RegExp(unstorable, 'gu')

/** Whether Postgres can hold a text as it is. */
export function isStorable(text: string): boolean {
  return !unstorable.test(text)
}

/**
 * A text as Postgres can hold it: what it does not take becomes U+FFFD. Labels come from outside; one such character must
 * not keep a snapshot from being stored.
 */
export function storableText(text: string): string {
  return text.replaceAll(allUnstorable, '\uFFFD')
}

/**
 * Longest name, in UTF-16 units. At three bytes each, four such names are the most that an entry of an index takes
 * (2,704 bytes); beyond that Postgres refuses the row, and with it everything that is stored in one go with it.
 */
const longestName = 220

/**
 * The name of a service, model, context size, operation or version as Postgres can hold it and look it up: storable text, and where
 * it is longer than 220 characters, their beginning with a hash of the name, so that names that begin alike stay apart.
 */
export function storableName(name: string): string {
  const text = storableText(name)
  if (text.length <= longestName) return text
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16)
  return storableText(`${text.slice(0, longestName - 1 - hash.length)}~${hash}`)
}

/** Storable text for each name and value of a set of labels or annotations. */
export function storableTexts(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, value]) => [storableText(name), storableText(value)]),
  )
}
