import { keyScopes, newKey } from '@mnemoscope/recorder'

/**
 * Who looks at the page of the seeded suites, by the variable `MNEMOSCOPE_PAGE_READER`; `npm run test:browser` runs them as each:
 * - `anybody`: the recorder has no key and is open. Default
 * - `signed-in`: with a key that may do everything
 * - `signed-out`: without a key, which the recorder asks for. Once that is seen, the reader signs in on the page
 * - `read-only`: with a key that may only read
 */
export const readers = ['anybody', 'signed-in', 'signed-out', 'read-only'] as const
export type Reader = (typeof readers)[number]

/** Who reads now. @throws for one that is not known */
export function readerNow(given = process.env.MNEMOSCOPE_PAGE_READER ?? 'anybody'): Reader {
  const found = readers.find((each) => each === given)
  if (found === undefined)
    throw new Error(`MNEMOSCOPE_PAGE_READER is ${given}, and not one of ${readers.join(', ')}`)
  return found
}

/** Keys that the recorders of these suites know. */
export const keysOfReaders = {
  all: newKey({ name: 'owner', scopes: keyScopes }),
  read: newKey({ name: 'viewer', scopes: ['read'] }),
} as const

/** The key that a reader signs in with, if the recorder has keys. */
export function keyOf(reader: Reader): string | undefined {
  if (reader === 'anybody') return undefined
  return (reader === 'read-only' ? keysOfReaders.read : keysOfReaders.all).text
}
