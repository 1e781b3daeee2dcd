import { expect, test } from '@jest/globals'
import { type Route, receiversOf } from '../../src/doctor/routing.js'

const root: Route = {
  receiver: 'root',
  routes: [
    { match: { team: 'a' }, receiver: 'a', continue: true },
    { match_re: { service: 'api|web' }, receiver: 'services' },
    {
      matchers: ['{severity="critical", job!~"test.*"}'],
      receiver: 'pager',
      routes: [{ matchers: ['region = eu'], receiver: 'pager-eu' }],
    },
    { matchers: ['"quoted name"="a \\"b\\""', 'missing=""'], routes: [] },
    { matchers: ['env=~"(?i)prod|live"'], receiver: 'production' },
    { matchers: ['bad=~"(?P<x>"'], receiver: 'never' },
  ],
}

test.each([
  [{ team: 'a' }, ['a']],
  [{ team: 'a', service: 'web' }, ['a', 'services']],
  [{ service: 'website' }, ['root']],
  [{ severity: 'critical', job: 'api' }, ['pager']],
  [{ severity: 'critical', job: 'test-1' }, ['root']],
  [{ severity: 'critical', region: 'eu' }, ['pager-eu']],
  [{ 'quoted name': 'a "b"' }, ['root']],
  [{ env: 'PROD' }, ['production']],
  [{ env: 'product' }, ['root']],
  [{}, ['root']],
] as const)('an alert with %j goes to %j', (labels, receivers) => {
  expect(receiversOf(root, labels)).toEqual(receivers)
})
