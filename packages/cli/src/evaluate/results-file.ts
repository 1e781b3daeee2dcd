import { appendFileSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatasetFormat, Estimate } from '@mnemoscope/evaluation'
import { MnemoscopeError } from '@mnemoscope/kpi/errors'
import { readText } from '../read-text.js'

/** One line of the file: what was measured of a category of a dataset in one run. */
export interface Result {
  /** When the run ended, ISO 8601. All lines of a run have the same. */
  readonly time: string
  /** Name of the file or folder. */
  readonly dataset: string
  readonly format: DatasetFormat
  /** Of the content of the dataset. */
  readonly version: string
  /** What scored the answers, with the version of its formulas. */
  readonly evaluator: string
  /** Path of the module, as it was given. */
  readonly memory: string
  /** Null for all categories together. */
  readonly category: string | null
  /** How many entries each search asked for. */
  readonly limit: number
  readonly questions: number
  readonly failed: number
  readonly unlabelled: number
  readonly measures: Readonly<Record<string, Estimate>>
}

/** The formulas of `@mnemoscope/evaluation`; another number when they give other values. */
export const evaluator = 'retrieval/1'

/** Appends the lines of a run, at once. */
export function appendResults(file: string, results: readonly Result[]): void {
  mkdirSync(dirname(file), { recursive: true })
  appendFileSync(file, results.map((result) => `${JSON.stringify(result)}\n`).join(''))
}

/** All lines of a file, the oldest first; none without a file. @throws MnemoscopeError USAGE for a line of something else */
export function readResults(file: string): Result[] {
  let text: string
  try {
    text = readText(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
  return text
    .split('\n')
    .flatMap((line, i) => (line.trim() === '' ? [] : [resultIn(line, `${file}:${i + 1}`)]))
}

function resultIn(line: string, where: string): Result {
  try {
    const result = JSON.parse(line) as Result
    if (typeof result.dataset === 'string' && typeof result.measures === 'object' && result.measures !== null)
      return result
  } catch {
    // The error below says it.
  }
  throw new MnemoscopeError('USAGE', `${where} is not a result of \`mnemoscope evaluate\``, {
    value: line.slice(0, 200),
    expected: 'a line that this command wrote',
    next: 'Name another file with --results, or remove the line.',
  })
}

/** The last run of the same content of a dataset, by the same formulas; empty if there is none. */
export function lastRun(
  before: readonly Result[],
  { dataset, version, evaluator: by }: Pick<Result, 'dataset' | 'version' | 'evaluator'>,
): Result[] {
  const same = before.filter(
    (each) => each.dataset === dataset && each.version === version && each.evaluator === by,
  )
  return same.filter(({ time }) => time === same.at(-1)?.time)
}
