import { describe, expect, test } from '@jest/globals'
import { contextTokens } from '../../src/context.js'
import { chooseStrategy, fit } from '../../src/overflow/fit.js'
import { blank, contextOf } from './pieces.js'

test.each([
  [0, 'none'],
  [1_000, 'none'],
  [1_001, 'sliding_window'],
  [1_150, 'sliding_window'],
  [1_151, 'hierarchy'],
  [20_000, 'hierarchy'],
])('%i tokens with a budget of 1,000 call for %s', (tokens, strategy) => {
  expect(chooseStrategy(tokens, 1_000)).toBe(strategy)
})

describe('fitting', () => {
  const context = contextOf([blank('h1', 400), blank('h2', 400)], [blank('p1', 300)])

  test('a context within its budget comes back as it is', () => {
    expect(fit(context, { budget: 1_110, target: 700 })).toEqual({
      context,
      tokens: 1_110,
      originalTokens: 1_110,
      strategy: 'none',
    })
  })

  test('an overflowing context is brought down to the target, not just under the budget', () => {
    const fitted = fit(context, { budget: 1_000, target: 750 })
    expect(fitted).toMatchObject({ originalTokens: 1_110, tokens: 710, strategy: 'sliding_window' })
    expect(contextTokens(fitted.context)).toBe(fitted.tokens)
  })
})
