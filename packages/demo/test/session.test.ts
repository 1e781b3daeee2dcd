import { expect, test } from '@jest/globals'
import { createSession } from '../src/session.js'
import { blank, idsOf } from './overflow/pieces.js'

test('a session remembers what was read before the turn that needed it', () => {
  const session = createSession(1_000)
  session.record(blank('turn', 10), [blank('p1', 10), blank('p2', 10)])
  expect(idsOf(session.history)).toEqual(['p1', 'p2', 'turn'])
})

test('shrinking and clearing change the history and leave the transcript', () => {
  const session = createSession(1_000)
  session.record(blank('a', 10), [])
  session.record(blank('b', 10), [])
  session.shrinkTo([blank('a', 4)])
  expect(session.history).toEqual([blank('a', 4)])
  session.clear()
  expect(session.history).toEqual([])
  expect(session.transcript).toEqual([blank('a', 10), blank('b', 10)])
})

test('the transcript forgets its oldest pieces once it is over its limit', () => {
  const session = createSession(25)
  for (const id of ['a', 'b', 'c', 'd']) session.record(blank(id, 10), [])
  expect(idsOf(session.transcript)).toEqual(['c', 'd'])
})
