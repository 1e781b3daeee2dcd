import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { loadQuestions, loadSections } from '../src/corpus.js'
import { applyFault, faults, slowSeconds } from '../src/faults.js'
import { type Answer, createMemory } from '../src/memory.js'
import { type Model, models } from '../src/models.js'
import { createSession } from '../src/session.js'
import { createStore } from '../src/store.js'

// Whole rounds of questions are asked; on a busy machine that takes a while.
jest.setTimeout(60_000)

const sections = loadSections()
const questions = loadQuestions()
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

// Indexing the sections takes longer than asking about them: every test leaves the store complete.
const store = createStore(sections)
afterEach(() => {
  store.restore()
  store.setDelay(undefined)
})

/** A memory whose session has read and asked for a while, as in the running demo. */
function startMemory() {
  const memory = createMemory(store)
  const session = createSession(48_000)
  session.attach(sections)
  session.attach(sections.slice(0, 120))
  return {
    memory,
    async askAll(model: Model): Promise<Answer[]> {
      const answers: Answer[] = []
      for (const question of questions) answers.push(await memory.ask(question, session, model))
      return answers
    },
  }
}

const f1Of = (answers: readonly Answer[]) => mean(answers.map(({ benchmark }) => benchmark.accuracy))
const tokensOf = (answers: readonly Answer[]) => mean(answers.map(({ benchmark }) => benchmark.input_tokens))

const large = models.filter(({ window }) => window > 25_000)

describe('recall', () => {
  test.each(models)(
    'takes most sections out of the index, so that F1 with $id falls well below 0.70',
    async (model) => {
      const { memory, askAll } = startMemory()
      applyFault(memory, 'recall')
      expect(memory.store.size).toBeLessThan(sections.length * 0.35)
      const f1 = f1Of(await askAll(model))
      expect(f1).toBeLessThan(0.45)
      expect(f1).toBeGreaterThan(0.1)
      applyFault(memory, undefined)
      expect(memory.store.size).toBe(sections.length)
      expect(f1Of(await askAll(model))).toBeGreaterThanOrEqual(0.85)
    },
  )
})

describe('tokens', () => {
  test.each(large)('lets $id carry more than 25,000 tokens a question', async (model) => {
    const { memory, askAll } = startMemory()
    expect(tokensOf(await askAll(model))).toBeLessThan(15_000)
    applyFault(memory, 'tokens')
    expect(tokensOf(await askAll(model))).toBeGreaterThan(25_000)
    applyFault(memory, undefined)
    expect(tokensOf(await askAll(model))).toBeLessThan(15_000)
  })
})

describe('overflow', () => {
  test.each(models)('leaves $id so little that everything overflows and answers get lost', async (model) => {
    const { memory, askAll } = startMemory()
    applyFault(memory, 'overflow')
    const starved = await askAll(model)
    expect(starved.every(({ overflow }) => overflow.strategy_used !== 'none')).toBe(true)
    expect(mean(starved.map(({ overflow }) => overflow.degradation))).toBeGreaterThan(0.2)
    applyFault(memory, undefined)
    const healthy = await askAll(model)
    expect(healthy.filter(({ overflow }) => overflow.strategy_used !== 'none').length).toBeLessThan(
      healthy.length / 2,
    )
  })
})

describe('latency', () => {
  test('keeps an answer waiting until the store is quick again, and then lets it go at once', async () => {
    const { memory } = startMemory()
    const [question] = questions
    const [model] = models
    if (!question || !model) throw new Error('the demo has no question or no model')
    applyFault(memory, 'latency')
    let answered = false
    const slow = memory.ask(question, createSession(1_000), model).finally(() => {
      answered = true
    })
    await createMemory(createStore(sections)).ask(question, createSession(1_000), model)
    expect(answered).toBe(false)
    applyFault(memory, undefined)
    expect((await slow).benchmark.accuracy).toBeGreaterThan(0)
  })

  test('waits longer than the critical latency of the default configuration', () => {
    expect(slowSeconds).toBeGreaterThan(20)
  })
})

test('a fault takes the place of the one before', () => {
  const { memory } = startMemory()
  for (const fault of faults) applyFault(memory, fault)
  expect(memory.economy).toBe('starved')
  expect(memory.store.size).toBe(sections.length)
})
