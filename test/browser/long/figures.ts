import { appendFileSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect } from '@jest/globals'

/** A measured figure and what it may be at the most. */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly goal: number
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
