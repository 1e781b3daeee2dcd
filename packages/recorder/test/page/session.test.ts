import { expect, test } from '@jest/globals'
import type { Session } from '../../page/api.js'
import { whyNotAcknowledge, whyNotRead } from '../../page/session.js'

const of = (given: Partial<Session>): Session => ({ name: 'ann', scopes: [], services: null, ...given })

test.each<[string, Partial<Session>, string | undefined, string | undefined]>([
  ['everybody at an open recorder', { name: null, scopes: ['read', 'acknowledge'] }, undefined, undefined],
  ['nobody', { name: null }, 'Reading needs a token or key.', undefined],
  ['a key for all', { scopes: ['read', 'acknowledge', 'configure'] }, undefined, undefined],
  [
    'one that reads',
    { scopes: ['read'] },
    undefined,
    '"ann" may only read: sign in with a key that may acknowledge.',
  ],
  [
    'one that configures',
    { scopes: ['read', 'configure'] },
    undefined,
    '"ann" may not acknowledge: sign in with a key that may acknowledge.',
  ],
  [
    'one that sends alerts',
    { scopes: ['write:alerts'] },
    '"ann" may not read: sign in with a key that may.',
    undefined,
  ],
  [
    'one of two services',
    { scopes: ['read', 'acknowledge'], services: ['a', 'b'] },
    '"ann" is limited to a, b, and this page shows all services: sign in with a key that has no limit.',
    undefined,
  ],
])('what %s may not do is said, with what to do', (_, given, read, acknowledge) => {
  expect(whyNotRead(of(given))).toBe(read)
  if (read === undefined) expect(whyNotAcknowledge(of(given))).toBe(acknowledge)
})
