import { describe, expect, test } from '@jest/globals'
import { loadSections } from '../../src/sections.js'
import { dossier, dossierSizes } from '../../src/workload/dossier.js'
import { itemAt } from '../../src/workload/question-order.js'

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

describe('a dossier', () => {
  const sections = loadSections()

  test.each(dossierSizes)('of %i tokens is that large, and not by much larger', (size) => {
    const tokens = dossier(sections, size, 3).reduce((sum, section) => sum + section.tokens, 0)
    expect(tokens).toBeGreaterThanOrEqual(size)
    expect(tokens).toBeLessThan(size + 400)
  })

  test('moves on through the library from session to session', () => {
    expect(dossier(sections, 1_500, 0)[0]).toBe(sections[0])
    expect(dossier(sections, 1_500, 1)[0]).toBe(sections[29])
  })

  test('is all there is when more was asked for', () => {
    expect(dossier(sections, 1e9, 0)).toHaveLength(sections.length)
  })
})
