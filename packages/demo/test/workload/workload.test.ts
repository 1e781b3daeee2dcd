import { describe, expect, test } from '@jest/globals'
import { itemAt } from '../../src/workload/workload.js'

describe('the order of questions', () => {
  test.each([1, 2, 3, 8, 60, 97, 107, 120])(
    'visits each of %i once a round, and the next round is the same',
    (n) => {
      const items = Array.from({ length: n }, (_, at) => at)
      const round = items.map((step) => itemAt(items, step))
      expect([...round].sort((a, b) => a - b)).toEqual(items)
      expect(items.map((step) => itemAt(items, n + step))).toEqual(round)
    },
  )

  test('does not follow the order of the list', () => {
    const items = Array.from({ length: 60 }, (_, at) => at)
    const neighbours = items.filter((step) => Math.abs(itemAt(items, step + 1) - itemAt(items, step)) <= 1)
    expect(neighbours).toEqual([])
  })

  test('an empty list has nothing to give', () => {
    expect(() => itemAt([], 0)).toThrow(RangeError)
  })
})
