import { describe, expect, test } from '@jest/globals'
import { contextTokens } from '../../src/context.js'
import { hierarchy } from '../../src/overflow/hierarchy.js'
import { summarise } from '../../src/overflow/summarise.js'
import { contextOf, idsOf, spoken } from './pieces.js'

const basin = spoken(
  'basin',
  'Terns breed on the shed. The basin is eleven metres deep at the lock. Crews have lunch at noon. A bell is rung.',
)
const tugs = spoken(
  'tugs',
  'Tugs work in pairs. Nine of them are in the harbour. Their lines float. One waits at the lock.',
)

describe('a summary', () => {
  test('holds the sentences nearest to the question, in their order', () => {
    const summary = summarise(basin, 'How deep is the basin at the lock?', 20)
    expect(summary).toMatchObject({
      id: 'basin',
      text: 'Terns breed on the shed. The basin is eleven metres deep at the lock.',
      summary: true,
    })
  })

  test('never costs more than its budget', () => {
    for (let budget = 1; budget < 40; budget++)
      expect(summarise(basin, 'basin', budget)?.tokens ?? 0).toBeLessThanOrEqual(budget)
  })

  test('is undefined when not one sentence fits', () => {
    expect(summarise(basin, 'basin', 3)).toBeUndefined()
  })

  test('of a text that fits is the text, and not called a summary', () => {
    expect(summarise(basin, 'basin', 100)).toMatchObject({ text: basin.text, summary: false })
  })
})

describe('hierarchy', () => {
  const history = Array.from({ length: 8 }, (_, at) => ({ ...tugs, id: `turn-${at}` }))
  const context = contextOf(history, [basin])

  test('keeps the passages and the newest turns unchanged and summarises the others', () => {
    const fitted = hierarchy(context, 150)
    expect(fitted.passages).toEqual([basin])
    expect(fitted.history.at(-1)).toEqual(history.at(-1))
    expect(fitted.history[0]).toMatchObject({ summary: true })
    expect(fitted.history[0]?.text).toBe('One waits at the lock.')
  })

  test.each([20, 60, 150, 200])('stays within a budget of %i tokens', (budget) => {
    expect(contextTokens(hierarchy(context, budget))).toBeLessThanOrEqual(budget)
  })

  test('keeps the order of the conversation', () => {
    const ids = idsOf(hierarchy(context, 150).history)
    expect(ids).toEqual([...ids].sort())
  })

  test('does not summarise a summary again', () => {
    const faded = { ...tugs, id: 'faded', summary: true }
    const fitted = hierarchy(contextOf([faded, ...history], [basin]), 150)
    expect(fitted.history.find(({ id }) => id === 'faded') ?? faded).toEqual(faded)
  })
})
