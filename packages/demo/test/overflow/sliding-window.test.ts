import { expect, test } from '@jest/globals'
import { slidingWindow } from '../../src/overflow/sliding-window.js'
import { blank, contextOf, idsOf } from './pieces.js'

const context = contextOf(
  [blank('h1', 100), blank('h2', 100), blank('h3', 100)],
  [blank('p1', 50), blank('p2', 50)],
)

test.each([
  ['everything fits', 410, ['h1', 'h2', 'h3'], ['p1', 'p2']],
  ['the oldest is forgotten first', 409, ['h2', 'h3'], ['p1', 'p2']],
  ['only the newest is left', 210, ['h3'], ['p1', 'p2']],
  ['passages come before history', 110, [], ['p1', 'p2']],
  ['the best passage comes before the next', 109, [], ['p1']],
  ['nothing but the question fits', 10, [], []],
])('%s', (_, budget, history, passages) => {
  const fitted = slidingWindow(context, budget)
  expect(idsOf(fitted.history)).toEqual(history)
  expect(idsOf(fitted.passages)).toEqual(passages)
})

test('the window has no holes: an old small turn does not outlive a newer large one', () => {
  const fitted = slidingWindow(contextOf([blank('old', 10), blank('large', 500), blank('new', 10)], []), 60)
  expect(idsOf(fitted.history)).toEqual(['new'])
})
