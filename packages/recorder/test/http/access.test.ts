import { describe, expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import {
  type Asked,
  assertAccess,
  assertServices,
  callerOf,
  type Gate,
  isLoopback,
  type Needed,
  neededNow,
  scopes,
  sessionCookie,
} from '../../src/http/access.js'
import { newKey } from '../../src/http/key-file.js'

const anonymous: Asked = {
  isReading: false,
  authorization: undefined,
  cookie: undefined,
  origin: undefined,
  fetchSite: undefined,
}
const open: Gate = { token: undefined, keys: () => [], open: 'use', sessionSecret: 'signs' }
const outcome = (scope: Needed, asked: Partial<Asked>, gate: Gate, now?: number) => {
  try {
    const caller = callerOf({ ...anonymous, isReading: scope === 'read', ...asked }, gate, now)
    assertAccess(scope, caller, gate)
    return caller?.name ?? 'anybody'
  } catch (error) {
    return (error as { code: string }).code
  }
}

const every: readonly Needed[] = ['open', ...scopes]

describe('without a token and keys', () => {
  const [no, anybody] = ['ACCESS_DENIED', 'anybody']
  test.each<[Gate['open'], string[]]>([
    ['use', [anybody, anybody, anybody, anybody, anybody, no]],
    ['nothing', [anybody, no, no, no, no, no]],
    ['everything', every.map(() => anybody)],
  ])('a recorder that is open for "%s" lets everybody do no more', (openness, expected) => {
    const gate = { ...open, open: openness }
    expect(every.map((access) => outcome(access, {}, gate))).toEqual(expected)
  })

  test('a refusal says how to make a key', () => {
    expect(() => assertAccess('configure', undefined, open)).toThrow(
      expect.objectContaining({
        next: expect.stringContaining('npx mnemoscope key create NAME --scope configure'),
      }),
    )
  })
})

test.each([
  ['127.0.0.1', true],
  ['127.8.8.8', true],
  ['::1', true],
  ['localhost', true],
  ['0.0.0.0', false],
  ['::', false],
  ['192.0.2.7', false],
  ['recorder', false],
])('%s is a loopback address: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected)
})

test('with keys of its own parts, only measurements are open, however open it would be without', () => {
  const { key } = newKey({ name: 'owner', scopes, isOwn: true })
  const refused = 'TOKEN_REQUIRED'
  for (const openness of ['use', 'everything'] as const) {
    const gate = { ...open, open: openness, keys: () => [key] }
    expect(every.map((access) => outcome(access, {}, gate))).toEqual([
      ...['anybody', refused, 'anybody', refused, refused, refused],
    ])
  }
})

test('with a token or a key that somebody made, every request needs one, except to open routes', () => {
  const { key } = newKey({ name: 'ci', scopes: ['acknowledge'] })
  for (const gate of [
    { ...open, token: 'of-my-own' },
    { ...open, keys: () => [key] },
  ]) {
    expect(every.map((access) => outcome(access, {}, gate))).toEqual([
      'anybody',
      ...Array.from({ length: 5 }, () => 'TOKEN_REQUIRED'),
    ])
  }
})

test.each([
  ['from anywhere with it', 'Bearer of-my-own', 'token'],
  ['not with another', 'Bearer of-my-owm', 'TOKEN_REQUIRED'],
  ['not with another scheme', 'Basic of-my-own', 'TOKEN_REQUIRED'],
])('with a token a change is taken %s', (_, authorization, expected) => {
  expect(outcome('configure', { authorization }, { ...open, token: 'of-my-own' })).toBe(expected)
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
    for (const other of ['read', 'configure'] as const)
      expect(outcome(other, asked, gate, 1_999)).toBe('ACCESS_DENIED')
    expect(outcome('acknowledge', asked, gate, 2_000)).toBe('TOKEN_REQUIRED')
    expect(outcome('acknowledge', asked, { ...open, token: 'other' }, 1_999)).toBe('TOKEN_REQUIRED')
  })
})

test('of two keys of one name, of which one was rotated, the caller has the one that was sent', () => {
  const made = [1, 2].map(() => newKey({ name: 'ci', scopes: ['read'] }))
  const gate: Gate = { ...open, keys: () => made.map(({ key }) => key) }
  for (const { key, text } of made) {
    const asked = { ...anonymous, authorization: `Bearer ${text}` }
    expect(callerOf(asked, gate)?.sha256).toBe(key.sha256)
  }
})

test.each<[string, readonly string[] | undefined, readonly (string | undefined)[] | undefined, boolean]>([
  ['for all services may do what is of none', undefined, [undefined], true],
  ['for all services may do what is of all', undefined, undefined, true],
  ['for one may do it for this one', ['a'], ['a', 'a'], true],
  ['for two may do it for both', ['a', 'b'], ['b', 'a'], true],
  ['for one may not for another', ['a'], ['b'], false],
  ['for one may not for another beside it', ['a'], ['a', 'b'], false],
  ['for one may not for one that begins alike', ['a'], ['a/b', 'A'], false],
  ['for one may not for an unknown one', ['a'], ['a', undefined], false],
  ['for one may not where none is named', ['a'], [], false],
  ['for one may not do what is of all', ['a'], undefined, false],
  ['for none may do nothing', [], ['a'], false],
])('a key %s', (_, own, concerned, isAllowed) => {
  const check = () => assertServices(concerned, { name: 'ci', scopes: ['read'], services: own })
  if (isAllowed) expect(check).not.toThrow()
  else expect(check).toThrow(expect.objectContaining({ code: 'ACCESS_DENIED' }))
})

describe('the cookie of a browser that signed in', () => {
  const { key } = newKey({ name: 'night-shift', scopes: ['read', 'acknowledge'], expiresAt: 90 * 86_400_000 })
  const gate = { ...open, keys: () => [key] }
  const header = sessionCookie(key, 'signs', undefined, 1_000)
  const cookie = header.split(';')[0] ?? ''
  const [, until, id, signature] = /=(\d+)\.(\w+)\.(\w+)$/.exec(cookie) ?? []
  const origin = 'http://127.0.0.1:9470'
  const [who, no] = ['night-shift', 'TOKEN_REQUIRED']
  const reads = { cookie, isReading: true }

  test('is read by no script, sent by no page of another site, and does not tell the key', () => {
    expect(header).toMatch(/; HttpOnly; SameSite=Strict; Path=\/; Max-Age=2592000$/)
    expect(header).not.toContain(key.sha256.slice(0, 16))
  })

  test('is for the prefix and the scheme of the proxy', () => {
    const through = sessionCookie(key, 'signs', { scheme: 'https', prefix: '/memory' }, 1_000)
    expect(through).toMatch(/; HttpOnly; Secure; SameSite=Strict; Path=\/memory\/; Max-Age=2592000$/)
  })

  test.each<[string, Needed, Partial<Asked>, number, string]>([
    ['counts', 'acknowledge', { cookie, origin }, 2_000, who],
    ['counts among others', 'acknowledge', { cookie: `a=b; ${cookie}; c=d`, origin }, 2_000, who],
    ['allows no more than its key', 'configure', { cookie, origin }, 2_000, 'ACCESS_DENIED'],
    ['counts for a read of the page itself', 'read', { cookie, fetchSite: 'same-origin' }, 2_000, who],
    ['counts for an address that was typed', 'read', { cookie, fetchSite: 'none' }, 2_000, who],
    ['does not count for a page at another port', 'read', { cookie, fetchSite: 'same-site' }, 2_000, no],
    ['does not count for a page elsewhere', 'read', { cookie, fetchSite: 'cross-site' }, 2_000, no],
    ['does not count without the origin that browsers send', 'acknowledge', { cookie }, 2_000, no],
    ['counts for a read that needs more', 'acknowledge', { ...reads, fetchSite: 'same-origin' }, 2_000, who],
    [
      'does not count for such a read elsewhere',
      'acknowledge',
      { ...reads, fetchSite: 'same-site' },
      2_000,
      no,
    ],
    [
      'does not count for a write of its own site without it',
      'read',
      { cookie, isReading: false, fetchSite: 'same-origin' },
      2_000,
      no,
    ],
    ['does not count after 30 days', 'read', { cookie, origin }, 1_000 + 30 * 86_400_000, no],
    [
      'does not count with another end',
      'read',
      { cookie: `mnemoscope_session=${Number(until) + 1}.${id}.${signature}` },
      2_000,
      no,
    ],
    [
      'does not count for another key',
      'read',
      { cookie: `mnemoscope_session=${until}.0.${signature}` },
      2_000,
      no,
    ],
    [
      'does not count without a signature',
      'read',
      { cookie: `mnemoscope_session=${until}.${id}.` },
      2_000,
      no,
    ],
  ])('%s', (_, access, asked, now, expected) => {
    expect(outcome(access, asked, gate, now)).toBe(expected)
  })

  test('ends with its key', () => {
    const other = newKey({ name: 'other', scopes: ['read'] }).key
    expect(outcome('read', { cookie }, { ...open, keys: () => [other] }, 2_000)).toBe(no)
    expect(outcome('read', { cookie }, { ...open, keys: () => [{ ...key, expiresAt: 1_500 }] }, 2_000)).toBe(
      no,
    )
  })
})

describe('a person whom a proxy names', () => {
  const { key, text } = newKey({ name: 'proxy', scopes: ['read', 'acknowledge'] })
  const other = newKey({ name: 'ci', scopes: ['read'] })
  const { proxySignIn } = defineConfig({
    proxySignIn: {
      key: 'proxy',
      everybody: ['read'],
      users: { 'ann@example.org': ['acknowledge'] },
      groups: { 'on call': ['acknowledge', 'configure'] },
    },
  })
  const gate: Gate = { ...open, keys: () => [key, other.key], people: () => proxySignIn }
  const origin = 'http://127.0.0.1:9470'
  const by = (user?: string, groups?: string, more: Partial<Asked> = {}): Partial<Asked> => ({
    authorization: `Bearer ${text}`,
    origin,
    passedOn: (name) => ({ 'X-Forwarded-User': user, 'X-Forwarded-Groups': groups })[name],
    ...more,
  })
  const no = 'ACCESS_DENIED'

  test.each<[string, Needed, Partial<Asked>, string]>([
    ['may do what everybody may', 'read', by('ben'), 'proxy:ben'],
    ['may do no more', 'acknowledge', by('ben'), no],
    ['may do what it may', 'acknowledge', by('ann@example.org'), 'proxy:ann@example.org'],
    ['may do what its group may', 'acknowledge', by('ben', 'staff, on call'), 'proxy:ben'],
    ['may do no more than the key of the proxy', 'configure', by('ben', 'on call'), no],
    ['may have letters beyond ASCII', 'read', by(Buffer.from('Zoë').toString('latin1')), 'proxy:Zoë'],
    ['is nobody without a name', 'read', by(), no],
    ['is nobody with two names', 'read', by('ann@example.org, ben'), no],
    ['is nobody with a name that is too long', 'read', by('a'.repeat(129)), no],
    ['has nothing of a property that every object has', 'acknowledge', by('constructor'), no],
    ['is not believed past a trusted proxy', 'read', by('ann@example.org', '', { passedOn: undefined }), no],
    [
      'is not believed with another key',
      'acknowledge',
      by('ann@example.org', '', { authorization: `Bearer ${other.text}` }),
      no,
    ],
    [
      'is not believed without a key',
      'read',
      by('ann@example.org', '', { authorization: undefined }),
      'TOKEN_REQUIRED',
    ],
    ['writes from the page alone', 'acknowledge', by('ann@example.org', '', { origin: undefined }), no],
    [
      'reads from no page of another site',
      'read',
      by('ben', '', { origin: undefined, fetchSite: 'cross-site' }),
      no,
    ],
    [
      'leaves no cookie that counts',
      'read',
      by('ann@example.org', '', {
        authorization: undefined,
        cookie: sessionCookie(key, 'signs').split(';')[0],
      }),
      no,
    ],
  ])('%s', (_, access, asked, expected) => {
    expect(outcome(access, asked, gate)).toBe(expected)
  })

  test('is asked for, also before there is a key', () => {
    expect(outcome('read', {}, { ...gate, keys: () => [] })).toBe('TOKEN_REQUIRED')
    expect(outcome('write:measurements', {}, { ...gate, keys: () => [] })).toBe('TOKEN_REQUIRED')
  })
})

test('scrapes need a key only where the configuration names one for them', () => {
  expect(neededNow('metrics', {})).toBe('open')
  expect(neededNow('metrics', { asksScrapes: () => true })).toBe('read')
  expect(neededNow('acknowledge', { asksScrapes: () => false })).toBe('acknowledge')
})
