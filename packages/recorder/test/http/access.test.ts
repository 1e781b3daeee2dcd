import { describe, expect, test } from '@jest/globals'
import { assertMayChange } from '../../src/http/access.js'

describe('without a token a change is taken', () => {
  test.each([
    ['from this machine', '127.0.0.1', '127.0.0.1:9470', true],
    ['from this machine by its name', '127.0.0.1', 'localhost:9470', true],
    ['over IPv6', '::1', '[::1]:9470', true],
    ['over IPv4 in IPv6', '::ffff:127.0.0.1', '127.0.0.1', true],
    ['not from elsewhere', '192.0.2.7', '127.0.0.1:9470', false],
    ['not for a name of another site that leads here', '127.0.0.1', 'example.com:9470', false],
    ['not for a name that looks like an address', '127.0.0.1', '127.0.0.1.example.com', false],
    ['not from nowhere', undefined, 'localhost', false],
    ['not without a host', '127.0.0.1', undefined, false],
  ])('%s', (_, remoteAddress, host, allowed) => {
    const attempt = () => assertMayChange({ remoteAddress, host, authorization: undefined }, undefined)
    if (allowed) expect(attempt).not.toThrow()
    else expect(attempt).toThrow(expect.objectContaining({ code: 'ACCESS_DENIED' }))
  })
})

describe('with a token a change is taken', () => {
  test.each([
    ['from anywhere with it', 'Bearer of-my-own', true],
    ['not without it, even from this machine', undefined, false],
    ['not with another', 'Bearer of-my-owm', false],
    ['not with another scheme', 'Basic of-my-own', false],
  ])('%s', (_, authorization, allowed) => {
    const remoteAddress = allowed ? '192.0.2.7' : '127.0.0.1'
    const attempt = () => assertMayChange({ remoteAddress, host: 'localhost', authorization }, 'of-my-own')
    if (allowed) expect(attempt).not.toThrow()
    else expect(attempt).toThrow(expect.objectContaining({ code: 'TOKEN_REQUIRED' }))
  })
})
