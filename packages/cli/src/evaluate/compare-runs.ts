import { changeOf } from '@mnemoscope/evaluation'
import type { Result } from './results-file.js'

/** How a measure differs from the run before. */
export interface MeasureChange {
  readonly category: string | null
  readonly measure: string
  readonly by: number
  /** Whether it is more than chance. */
  readonly isCertain: boolean
}

/** The changes of all measures that both runs have. One without a rank depends on how many entries a search returns. */
export function changesSince(before: readonly Result[], after: readonly Result[]): MeasureChange[] {
  return after.flatMap(({ category, limit, measures }) => {
    const old = before.find((result) => result.category === category)
    return Object.entries(measures).flatMap(([measure, estimate]) => {
      const earlier = old?.measures[measure]
      if (earlier === undefined || (!measure.includes('@') && old?.limit !== limit)) return []
      return [{ category, measure, ...changeOf(earlier, estimate) }]
    })
  })
}

/** A measure and the least mean that passes. */
export interface Threshold {
  readonly measure: string
  readonly least: number
}

/** Why a run does not pass, for people; empty if it does. A measure that is unknown does not pass. */
export function failuresOf(all: Result, thresholds: readonly Threshold[], failedEntries: number): string[] {
  const below = thresholds.flatMap(({ measure, least }) => {
    const mean = all.measures[measure]?.mean
    if (mean === undefined) return [`${measure} is unknown, expected at least ${least}: no question has it`]
    return mean < least ? [`${measure} is ${mean.toFixed(3)}, expected at least ${least}`] : []
  })
  const calls = [
    [failedEntries, 'entries that were not added'],
    [all.failed, 'questions without an answer'],
  ] as const
  return [...below, ...calls.flatMap(([count, what]) => (count === 0 ? [] : [`${what}: ${count}`]))]
}
