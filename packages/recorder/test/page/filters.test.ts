import { describe, expect, test } from '@jest/globals'
import type { Scope } from '../../page/api.js'
import { linkTo, readAddress, scopeOf } from '../../page/filters.js'

describe('the address of the page', () => {
  test.each([
    ['', { hours: 24 }, 'hours=24'],
    ['?hours=6&model=gpt-4o', { hours: 6, model: 'gpt-4o' }, 'hours=6&model=gpt-4o'],
    ['?hours=-3', { hours: 24 }, 'hours=24'],
    ['?hours=x&from=x&to=y', { hours: 24 }, 'hours=24'],
    [
      '?kpi=f1_score&job=memory&model=a%26b&operation=search&context_size=8192',
      {
        hours: 24,
        kpi: 'f1_score',
        service: 'memory',
        model: 'a&b',
        operation: 'search',
        context_size: '8192',
      },
      'hours=24&service=memory&model=a%26b&operation=search&context_size=8192',
    ],
    [
      '?from=2030-01-01T00:00:00Z&to=2030-01-01T01:00:00Z',
      { hours: 24, between: ['2030-01-01T00:00:00.000Z', '2030-01-01T01:00:00.000Z'] },
      'from=2030-01-01T00%3A00%3A00.000Z&to=2030-01-01T01%3A00%3A00.000Z',
    ],
    ['?from=2030-01-01T02:00:00Z&to=2030-01-01T01:00:00Z', { hours: 24 }, 'hours=24'],
  ])('%s', (search, state, query) => {
    const address = readAddress(search)
    expect(Object.fromEntries(Object.entries(address).filter(([, value]) => value !== undefined))).toEqual(
      state,
    )
    expect(asked(scopeOf(address))).toBe(query)
  })
})

test.each([
  '?hours=6&service=memory&model=a%26b&operation=search&context_size=%2BInf',
  '?from=2030-01-01T00%3A00%3A00.000Z&to=2030-01-01T01%3A00%3A00.000Z&kpi=f1_score',
  '?review=open&alert=47',
  '?point=latency%402030-01-01T00%3A30%3A00.000Z',
])('a view has an address that reproduces it: %s', (search) => {
  expect(linkTo(readAddress(search))).toBe(search)
})

test.each(['?point=x', '?point=a%20b@2030-01-01T00:00:00Z', '?point=latency@then', '?review=1', '?alert=x'])(
  'what is no view is left out: %s',
  (search) => {
    expect(Object.values(readAddress(search)).filter((value) => value !== undefined)).toEqual([24])
  },
)

/** Parameters of a question, as they are sent. */
function asked(scope: Scope): string {
  return Object.entries(scope)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
    .join('&')
}
