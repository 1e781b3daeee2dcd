import { describe, expect, jest, test } from '@jest/globals'
import { loadQuestions, loadSections, parseSections } from '../src/corpus.js'
import { type Answer, allowanceOf, createMemory } from '../src/memory.js'
import { type Model, models } from '../src/models.js'
import { createSession } from '../src/session.js'
import { createStore } from '../src/store.js'

// Whole rounds of questions are asked; on a busy machine that takes a while.
jest.setTimeout(60_000)

const sections = loadSections()
const questions = loadQuestions()

async function askAll(model: Model): Promise<Answer[]> {
  const memory = createMemory(createStore(sections))
  const session = createSession(48_000)
  session.attach(sections.slice(0, 140))
  const answers: Answer[] = []
  for (const question of questions) answers.push(await memory.ask(question, session, model))
  return answers
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

describe.each(models)('a healthy memory with $id, over all questions', (model) => {
  const asked = askAll(model)

  test('remembers well: mean F1 is at least 0.85', async () => {
    expect(mean((await asked).map(({ benchmark }) => benchmark.accuracy))).toBeGreaterThanOrEqual(0.85)
  })

  test('overflows at times, and every context it sends is within the budget', async () => {
    const strategies = new Set((await asked).map(({ overflow }) => overflow.strategy_used))
    expect([...strategies].sort()).toEqual(['hierarchy', 'none', 'sliding_window'])
    for (const { benchmark } of await asked) expect(benchmark.input_tokens).toBeLessThanOrEqual(model.budget)
  })

  test('reports results that agree with each other', async () => {
    for (const { benchmark, overflow } of await asked) {
      expect(benchmark.context_utilization).toBeCloseTo(benchmark.input_tokens / model.window, 12)
      expect(benchmark.input_tokens).toBe(overflow.compressed_tokens)
      expect(benchmark.accuracy).toBe(overflow.f1_score)
      expect(overflow.compression_ratio).toBeCloseTo(
        overflow.compressed_tokens / overflow.original_tokens,
        12,
      )
      expect(overflow.strategy_used === 'none').toBe(overflow.original_tokens === overflow.compressed_tokens)
    }
  })
})

test('a benchmark result and an overflow result have every field the integrations take', async () => {
  const [model] = models
  if (!model) throw new Error('the demo has no model')
  const library = parseSections(
    'yard',
    '# Yard\n\n## Tiers\nA tier is the level in a pile.\n\n## Terns\nThey breed on a roof.\n',
  )
  const question = { id: 'tier', text: 'What is a tier?', relevant: { 'yard#tiers': 'the level in a pile' } }
  const { benchmark, overflow, text } = await createMemory(createStore(library)).ask(
    question,
    createSession(9_000),
    model,
  )
  expect(text).toBe('Tiers. A tier is the level in a pile.')
  expect(benchmark).toEqual({
    structure: 'sections',
    model: 'mistral-7b',
    accuracy: 1,
    latency: expect.any(Number),
    input_tokens: expect.any(Number),
    output_tokens: expect.any(Number),
    context_efficiency: 1000 / benchmark.input_tokens,
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    model_availability: true,
    context_utilization: benchmark.input_tokens / 8_192,
  })
  expect(benchmark.latency).toBeGreaterThan(0)
  expect(overflow).toEqual({
    original_tokens: benchmark.input_tokens,
    compressed_tokens: benchmark.input_tokens,
    compression_ratio: 1,
    f1_score: 1,
    degradation: 0,
    strategy_used: 'none',
    metadata: { budget: 6_000, summarised: 0, left_out: 0 },
  })
})

test.each(models)('$id never takes more than its window, even without a budget', (model) => {
  expect(allowanceOf(model, 'unlimited')).toEqual({ budget: model.window, target: model.window })
  expect(model.budget).toBeLessThan(model.window)
})

test('a question about something unknown is answered with that, and scores nothing', async () => {
  const [model] = models
  if (!model) throw new Error('the demo has no model')
  const nonsense = { id: 'nonsense', text: 'Zyzzyva quux?', relevant: { 'a#b': 'anything at all' } }
  const { text, benchmark } = await createMemory(createStore(sections)).ask(
    nonsense,
    createSession(9_000),
    model,
  )
  expect(text).toBe('Nothing is known about this.')
  expect(benchmark.accuracy).toBe(0)
})
