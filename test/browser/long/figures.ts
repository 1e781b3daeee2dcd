import { appendFileSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect } from '@jest/globals'

/** A measured figure and what it may be at the most. */
export interface Figure {
  readonly name: string
  readonly value: number
  /** The worst of the rounds whose median the value is. */
  readonly worst?: number
  readonly unit: string
  readonly goal: number
}

/** What most rounds come to, and the worst one beside it, whole. */
export function medianAndWorst(rounds: readonly number[]): { value: number; worst: number } {
  const sorted = rounds.toSorted((a, b) => a - b)
  const [low = Number.NaN, high = Number.NaN] = [
    sorted[Math.floor((sorted.length - 1) / 2)],
    sorted[Math.floor(sorted.length / 2)],
  ]
  return { value: Math.round((low + high) / 2), worst: Math.round(sorted.at(-1) ?? Number.NaN) }
}

/** Keeps a figure for `npm run test:browser -- --json`, and fails the test where it misses its goal. */
export function report(figure: Figure): void {
  const ok = figure.value <= figure.goal
  const file = process.env.MNEMOSCOPE_FIGURES
  if (file !== undefined) {
    mkdirSync(dirname(file), { recursive: true })
    appendFileSync(file, `${JSON.stringify({ ...figure, ok })}\n`)
  }
  expect(figure.value).toBeLessThanOrEqual(figure.goal)
}
