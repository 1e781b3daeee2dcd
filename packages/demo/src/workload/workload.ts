import type { Question, Section } from '../corpus.js'
import type { Answer, Memory } from '../memory.js'
import { type ModelId, models } from '../models.js'
import type { AdaptationResult, AdaptationStrategy } from '../results.js'
import { createLane } from './lane.js'

/** Questions of one lane that may be open at once: many enough to go on while a store is slow, and bounded. */
const openAtMost = 40

export interface WorkloadOptions {
  readonly memory: Memory
  readonly sections: readonly Section[]
  readonly questions: readonly Question[]
  /** Questions a second, for each model. */
  readonly rate: number
  readonly strategy: AdaptationStrategy
  readonly onAnswer: (answer: Answer) => void
  readonly onAdaptation: (result: AdaptationResult) => void
  readonly onFailure: (error: unknown) => void
}

/** Asks at a steady rate, in as many lanes as there are models, until stopped. */
export function startWorkload(options: WorkloadOptions): { stop(): Promise<void> } {
  const { questions, rate } = options
  const open = new Set<Promise<void>>()
  const nextQuestion = questionsByModel(questions)

  const timers = models.map((_, position) => {
    const lane = createLane({ ...options, position, nextQuestion })
    let openHere = 0
    return setInterval(() => {
      if (openHere >= openAtMost) return
      openHere++
      const step = lane
        .step()
        .catch(options.onFailure)
        .finally(() => {
          openHere--
          open.delete(step)
        })
      open.add(step)
    }, 1000 / rate)
  })

  return {
    async stop() {
      for (const timer of timers) clearInterval(timer)
      await Promise.all(open)
    },
  }
}

/** Every model goes through all questions, in the same fixed shuffle, each from another starting point. */
function questionsByModel(questions: readonly Question[]): (model: ModelId) => Question {
  const steps = new Map(models.map(({ id }, position) => [id, position * 7]))
  return (model) => {
    const step = steps.get(model) ?? 0
    steps.set(model, step + 1)
    return itemAt(questions, step)
  }
}

/**
 * A fixed shuffle that can be entered anywhere: the item at step n, where each round of `items.length` steps visits
 * every item once. It strides through the list by a number coprime to its length, about three eighths of it.
 */
export function itemAt<T>(items: readonly T[], step: number): T {
  const item = items[(step * strideFor(items.length)) % items.length]
  if (item === undefined) throw new RangeError('there is no item to choose: the list is empty')
  return item
}

function strideFor(length: number): number {
  let stride = Math.max(1, Math.round(length * 0.375))
  while (greatestCommonDivisor(stride, length) > 1) stride++
  return stride
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
