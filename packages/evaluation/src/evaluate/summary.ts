import { type Estimate, estimate } from '../measures/index.js'
import type { Answer } from './answer.js'

/** The measures of all questions of a category. */
export interface Summary {
  /** Undefined for the questions of all categories together. */
  readonly category: string | undefined
  readonly questions: number
  readonly failed: number
  readonly unlabelled: number
  /** By measure. One that no question has is not there: it is unknown. */
  readonly measures: Readonly<Record<string, Estimate>>
}

/** The summary of all answers, then that of each category, in the order in which they first come. */
export function summariesOf(answers: readonly Answer[]): Summary[] {
  const categories = [...new Set(answers.map(({ category }) => category))]
  return [undefined, ...categories].map((category) =>
    summaryOf(
      category,
      answers.filter((answer) => category === undefined || answer.category === category),
    ),
  )
}

function summaryOf(category: string | undefined, answers: readonly Answer[]): Summary {
  const counted = (outcome: Answer['outcome']) =>
    answers.filter((answer) => answer.outcome === outcome).length
  const values = new Map<string, number[]>()
  for (const answer of answers) {
    for (const [name, value] of Object.entries(answer.values)) {
      const before = values.get(name)
      if (before === undefined) values.set(name, [value])
      else before.push(value)
    }
  }
  return {
    category,
    questions: answers.length,
    failed: counted('failed'),
    unlabelled: counted('unlabelled'),
    measures: Object.fromEntries(
      [...values].flatMap(([name, each]) => {
        const estimated = estimate(each)
        return estimated === undefined ? [] : [[name, estimated]]
      }),
    ),
  }
}
