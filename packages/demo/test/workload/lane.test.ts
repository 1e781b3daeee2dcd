import { describe, expect, test } from '@jest/globals'
import { loadQuestions, loadSections } from '../../src/corpus.js'
import { type Answer, createMemory } from '../../src/memory.js'
import { type ModelId, models } from '../../src/models.js'
import type { AdaptationResult } from '../../src/results.js'
import { createStore } from '../../src/store.js'
import { createLane, dossier, dossierSizes } from '../../src/workload/lane.js'
import { itemAt } from '../../src/workload/workload.js'

const sections = loadSections()
const questions = loadQuestions()

/** Runs all lanes for so many steps, one every so many milliseconds. */
async function run(steps: number, interval: number) {
  let now = 0
  const memory = createMemory(createStore(sections))
  const answers: Answer[] = []
  const adaptations: AdaptationResult[] = []
  const askedOf = new Map<ModelId, number>()
  const lanes = models.map((_, position) =>
    createLane({
      position,
      memory,
      sections,
      strategy: 'context_size',
      nextQuestion: (model) => {
        const step = askedOf.get(model) ?? 0
        askedOf.set(model, step + 1)
        return itemAt(questions, step)
      },
      now: () => now,
      onAnswer: (answer) => answers.push(answer),
      onAdaptation: (result) => adaptations.push(result),
    }),
  )
  for (let step = 0; step < steps; step++) {
    for (const lane of lanes) await lane.step()
    now += interval
  }
  return { answers, adaptations, askedOf }
}

test('the lanes together keep every model equally busy, and each first session adapts to its model', async () => {
  const { adaptations, askedOf } = await run(24, 250)
  expect([...askedOf]).toEqual([
    ['mistral-7b', 24],
    ['mixtral-8x7b', 24],
    ['gpt-4o', 24],
  ])
  expect(adaptations.map(({ adapted_model, success }) => [adapted_model, success])).toEqual([
    ['mistral-7b', true],
    ['mixtral-8x7b', true],
    ['gpt-4o', true],
  ])
})

test('a session that follows within the cooldown is refused another model, and goes on with the one it has', async () => {
  const { adaptations, askedOf } = await run(25, 100)
  expect(adaptations.slice(3)).toMatchObject([
    { original_model: 'mistral-7b', adapted_model: 'mixtral-8x7b', success: false },
    { original_model: 'mixtral-8x7b', adapted_model: 'gpt-4o', success: false },
    { original_model: 'gpt-4o', adapted_model: 'mistral-7b', success: false },
  ])
  for (const { metadata } of adaptations.slice(3)) expect(metadata.cooldown_remaining).toBeGreaterThan(0)
  expect(askedOf.get('gpt-4o')).toBe(25)
})

test('sessions that last longer than the cooldown change their model each time', async () => {
  const { adaptations, askedOf } = await run(73, 250)
  expect(adaptations).toHaveLength(12)
  expect(adaptations.every(({ success }) => success)).toBe(true)
  expect([...askedOf.values()]).toEqual([73, 73, 73])
})

test('every model overflows within one session and is measured in all that an answer holds', async () => {
  const { answers } = await run(24, 250)
  for (const { id } of models) {
    const own = answers.filter(({ benchmark }) => benchmark.model === id)
    expect(own.some(({ overflow }) => overflow.strategy_used !== 'none')).toBe(true)
    expect(own.some(({ overflow }) => overflow.strategy_used === 'none')).toBe(true)
  }
})

describe('a dossier', () => {
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
