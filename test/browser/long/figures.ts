import { expect } from '@jest/globals'
import { type Figure, keepFigure } from '../../harness/figures.js'

/** The median of rounds and the worst one, rounded. */
export function medianAndWorst(rounds: readonly number[]): { value: number; worst: number } {
  const sorted = rounds.toSorted((a, b) => a - b)
  const [low = Number.NaN, high = Number.NaN] = [
    sorted[Math.floor((sorted.length - 1) / 2)],
    sorted[Math.floor(sorted.length / 2)],
  ]
  return { value: Math.round((low + high) / 2), worst: Math.round(sorted.at(-1) ?? Number.NaN) }
}

/** Keeps a figure for `npm run test:browser`, and fails the test where it misses its goal. */
export function report(figure: Omit<Figure, 'ok'> & { value: number; goal: number }): void {
  keepFigure({ ...figure, ok: figure.value <= figure.goal })
  expect(figure.value).toBeLessThanOrEqual(figure.goal)
}
