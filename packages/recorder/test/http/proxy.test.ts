import { describe, expect, test } from '@jest/globals'
import { pageWithoutSlash, pathWithout, trusting } from '../../src/http/proxy.js'

const sentOf = trusting(['127.0.0.1', '10.0.0.0/8', 'fd00::/8'])
const sent = (peer: string | undefined, headers: Record<string, string>) =>
  sentOf({ peer, header: (name) => ({ host: 'inside:9470', ...headers })[name] })

const all = {
  'x-forwarded-host': 'Outside.example',
  'x-forwarded-proto': 'https',
  'x-forwarded-prefix': '/memory/',
  'x-forwarded-for': '203.0.113.7',
}
const believed = {
  host: 'outside.example',
  scheme: 'https',
  prefix: '/memory',
  from: '203.0.113.7',
  isPassedOn: true,
}

describe('How a request was sent', () => {
  test.each([
    ['a trusted proxy', '127.0.0.1', all, believed],
    ['a proxy of a trusted network', '10.2.3.4', all, believed],
    ['a trusted proxy in the form of IPv6', '::ffff:10.2.3.4', all, believed],
    ['a trusted proxy with IPv6', 'fd00::1', all, believed],
    [
      'somebody else',
      '203.0.113.9',
      all,
      { host: 'inside:9470', scheme: 'http', prefix: '', from: '203.0.113.9', isPassedOn: false },
    ],
    [
      'nobody who is known',
      undefined,
      all,
      { host: 'inside:9470', scheme: 'http', prefix: '', from: undefined, isPassedOn: false },
    ],
    [
      'a trusted proxy that says nothing',
      '127.0.0.1',
      {},
      { host: 'inside:9470', scheme: 'http', prefix: '', from: '127.0.0.1', isPassedOn: true },
    ],
  ])('is believed of %s, or not', (_, peer, headers, expected) => {
    expect(sent(peer, headers)).toEqual(expected)
  })

  test.each([
    ['203.0.113.7, 10.1.1.1', '203.0.113.7'],
    ['made-up, 203.0.113.7, 10.1.1.1', '203.0.113.7'],
    ['198.51.100.1, 203.0.113.7', '203.0.113.7'],
    ['10.1.1.1', '127.0.0.1'],
    ['made-up', '127.0.0.1'],
  ])('is from the nearest address that no trusted proxy has: %s', (chain, from) => {
    expect(sent('127.0.0.1', { 'x-forwarded-for': chain }).from).toBe(from)
  })

  test.each(['memory', '//other.example', '/a; Domain=example', '/a b', '/a\r\nx: y', '/'])(
    'is below no prefix %p',
    (prefix) => {
      expect(sent('127.0.0.1', { 'x-forwarded-prefix': prefix }).prefix).toBe('')
    },
  )

  test('is what the nearest of several proxies says', () => {
    const headers = {
      'x-forwarded-host': 'made-up.example, outside.example',
      'x-forwarded-proto': 'http, https',
    }
    expect(sent('127.0.0.1', headers)).toMatchObject({ host: 'outside.example', scheme: 'https' })
  })
})

test.each([
  ['/', '/'],
  ['/api/dashboard?hours=1', '/api/dashboard'],
  ['/memory/', '/'],
  ['/memory/api/dashboard', '/api/dashboard'],
  ['/memory', pageWithoutSlash],
  ['/memory-other', '/memory-other'],
])('%s of a proxy that passes its prefix on is %s', (path, expected) => {
  const pathOf = pathWithout(['http://127.0.0.1:9470', 'https://outside.example/memory/', undefined])
  expect(pathOf(new Request(`http://inside:9470${path}`))).toBe(expected)
})
