import { describe, expect, test } from '@jest/globals'
import {
  type Asked,
  assertAccess,
  type Gate,
  type Scope,
  scopes,
  sessionCookie,
} from '../../src/http/access.js'
import { newKey } from '../../src/http/key-file.js'

const fromHere: Asked = {
  authorization: undefined,
  cookie: undefined,
  origin: undefined,
  remoteAddress: '127.0.0.1',
  host: '127.0.0.1:9470',
  isForwarded: false,
}
const open: Gate = { token: undefined, keys: undefined, sessionSecret: undefined }
const outcome = (scope: Scope, asked: Partial<Asked>, gate: Gate, now?: number) => {
  try {
    return assertAccess(scope, { ...fromHere, ...asked }, gate, now)?.name ?? 'anybody'
  } catch (error) {
    return (error as { code: string }).code
  }
}

describe('a recorder that is started as a library without a token or keys is configured', () => {
  test.each<[string, Partial<Asked>, string]>([
    ['from this machine', {}, 'anybody'],
    ['from this machine by its name', { host: 'localhost:9470' }, 'anybody'],
    ['over IPv6', { remoteAddress: '::1', host: '[::1]:9470' }, 'anybody'],
    ['over IPv4 in IPv6', { remoteAddress: '::ffff:127.0.0.1' }, 'anybody'],
    ['not through a proxy', { isForwarded: true }, 'ACCESS_DENIED'],
    ['not from elsewhere', { remoteAddress: '192.0.2.7' }, 'ACCESS_DENIED'],
    ['not for a name of another site that leads here', { host: 'example.com:9470' }, 'ACCESS_DENIED'],
    ['not for a name that looks like an address', { host: '127.0.0.1.example.com' }, 'ACCESS_DENIED'],
    ['not from nowhere', { remoteAddress: undefined }, 'ACCESS_DENIED'],
    ['not without a host', { host: undefined }, 'ACCESS_DENIED'],
  ])('%s', (_, asked, expected) => {
    expect(outcome('configure', asked, open)).toBe(expected)
  })
})

test('a recorder whose keys are files is configured by nobody while there are none, even from this machine', () => {
  const gate = { ...open, keys: () => [] }
  expect(scopes.map((scope) => outcome(scope, {}, gate))).toEqual([
    ...['anybody', 'anybody', 'anybody', 'anybody'],
    'ACCESS_DENIED',
  ])
})

test('with keys of its own parts, only measurements and reading are open', () => {
  const { key } = newKey({ name: 'owner', scopes, isOwn: true })
  const refused = 'TOKEN_REQUIRED'
  expect(scopes.map((scope) => outcome(scope, {}, { ...open, keys: () => [key] }))).toEqual([
    ...['anybody', 'anybody', refused, refused, refused],
  ])
})

test('with a token or a key that somebody made, everything that writes needs one', () => {
  const { key } = newKey({ name: 'ci', scopes: ['acknowledge'] })
  for (const gate of [
    { ...open, token: 'of-my-own' },
    { ...open, keys: () => [key] },
  ]) {
    expect(scopes.map((scope) => outcome(scope, {}, gate))).toEqual([
      'anybody',
      ...Array.from({ length: 4 }, () => 'TOKEN_REQUIRED'),
    ])
  }
})

test.each([
  ['from anywhere with it', 'Bearer of-my-own', 'token'],
  ['not with another', 'Bearer of-my-owm', 'TOKEN_REQUIRED'],
  ['not with another scheme', 'Basic of-my-own', 'TOKEN_REQUIRED'],
])('with a token a change is taken %s', (_, authorization, expected) => {
  const asked = { authorization, remoteAddress: '192.0.2.7' }
  expect(outcome('configure', asked, { ...open, token: 'of-my-own' })).toBe(expected)
})

describe('a key', () => {
  const { key, text } = newKey({ name: 'night-shift', scopes: ['acknowledge'], expiresAt: 2_000 })
  const gate = { ...open, keys: () => [key] }
  const asked = { authorization: `Bearer ${text}` }

  test('is stored as a hash', () => {
    expect(JSON.stringify(key)).not.toContain(text)
    expect(text).toMatch(/^mnk_.{43}$/)
  })

  test('allows its scopes, in its name, until it ends or is revoked', () => {
    expect(outcome('acknowledge', asked, gate, 1_999)).toBe('night-shift')
    expect(outcome('configure', asked, gate, 1_999)).toBe('ACCESS_DENIED')
    expect(outcome('acknowledge', asked, gate, 2_000)).toBe('TOKEN_REQUIRED')
    expect(outcome('acknowledge', asked, { ...open, token: 'other' }, 1_999)).toBe('TOKEN_REQUIRED')
  })
})

describe('the cookie of a browser that signed in', () => {
  const { key } = newKey({ name: 'owner', scopes, isOwn: true })
  const gate = { ...open, keys: () => [key], sessionSecret: 'signs' }
  const header = sessionCookie('signs', 1_000)
  const cookie = header.split(';')[0] ?? ''
  const origin = 'http://127.0.0.1:9470'

  test('is read by no script, and sent by no page of another site', () => {
    expect(header).toMatch(/; HttpOnly; SameSite=Strict; Path=\/; Max-Age=2592000$/)
  })

  test.each([
    ['counts', { cookie, origin }, 2_000, 'owner'],
    ['counts among others', { cookie: `a=b; ${cookie}; c=d`, origin }, 2_000, 'owner'],
    ['does not count without the origin that browsers send', { cookie }, 2_000, 'TOKEN_REQUIRED'],
    ['does not count after 30 days', { cookie, origin }, 1_000 + 30 * 86_400_000, 'TOKEN_REQUIRED'],
    [
      'does not count with another end',
      { cookie: cookie.replace(/=\d+/, '=99999999999999'), origin },
      2_000,
      'TOKEN_REQUIRED',
    ],
    [
      'does not count without a signature',
      { cookie: 'mnemoscope_session=99999999999999.', origin },
      2_000,
      'TOKEN_REQUIRED',
    ],
  ])('%s', (_, asked, now, expected) => {
    expect(outcome('configure', asked, gate, now)).toBe(expected)
  })
})
