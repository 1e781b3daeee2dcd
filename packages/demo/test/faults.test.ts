import { expect, test } from '@jest/globals'
import { loadQuestions, loadSections } from '../src/corpus.js'
import { applyFault, type Fault, faults, isFault } from '../src/faults.js'
import { createMemory } from '../src/memory.js'
import { type Model, models } from '../src/models.js'
import { createSession } from '../src/session.js'
import { createStore } from '../src/store.js'

// Every fault with every model, over rounds of questions: faults.suite.ts.
test('a fault spoils answers, and its end repairs them', async () => {
  const model = models[0] as Model
  const memory = createMemory(createStore(loadSections()))
  const questions = loadQuestions().slice(0, 10)
  const f1 = async () => {
    let sum = 0
    for (const question of questions)
      sum += (await memory.ask(question, createSession(48_000), model)).benchmark.accuracy
    return sum / questions.length
  }
  applyFault(memory, 'recall')
  expect(await f1()).toBeLessThan(0.6)
  applyFault(memory, undefined)
  expect(await f1()).toBeGreaterThan(0.8)
})

test.each<[unknown, boolean]>([
  ...faults.map((fault): [Fault, boolean] => [fault, true]),
  ['none', false],
  ['', false],
  [undefined, false],
  [1, false],
])('%p is a fault: %p', (name, expected) => {
  expect(isFault(name)).toBe(expected)
})
