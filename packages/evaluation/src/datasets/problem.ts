import { MnemoscopeError } from '@mnemoscope/kpi/errors'
import type { z } from 'zod'
import { lineAt } from './line-at.js'

/** Where a file of a dataset is wrong. */
interface Place {
  readonly file: string
  readonly line: number
  /** Path of the field: `[3].qa[7].question`. */
  readonly field?: string
}

/** An error that says where a dataset is wrong: `locomo.json:12: [3].qa[7].question: expected string, received number`. */
export function datasetProblem({ file, line, field }: Place, what: string, value?: unknown): MnemoscopeError {
  const where = [`${file}:${line}`, ...(field === undefined ? [] : [field])].join(': ')
  return new MnemoscopeError('DATASET_INVALID', `${where}: ${what}`, {
    value,
    next: 'Correct this place in the file. docs/evaluating.md has the formats.',
  })
}

/** Text of a JSON value, and where it stands in its file. */
export interface JsonPart {
  readonly file: string
  /** Line of its first character. */
  readonly line: number
  readonly text: string
  /** Index in the array of the file; undefined if it has a line of its own. */
  readonly index?: number
}

/** The value of a part, checked. @throws MnemoscopeError DATASET_INVALID with file, line and field */
export function parsed<Schema extends z.ZodType>(part: JsonPart, schema: Schema): z.output<Schema> {
  return checked(part, [], jsonOf(part), schema)
}

/** A value that stands at a path in a part, checked. @throws MnemoscopeError DATASET_INVALID with file, line and field */
export function checked<Schema extends z.ZodType>(
  part: JsonPart,
  path: readonly PropertyKey[],
  value: unknown,
  schema: Schema,
): z.output<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const what = (issue?.message ?? '').replace(/^Invalid input: /, '')
  throw fieldProblem(
    part,
    [...path, ...(issue?.path ?? [])],
    what.replace('received undefined', 'it is missing'),
  )
}

/** A problem of one field of a part. */
export function fieldProblem(part: JsonPart, path: readonly PropertyKey[], what: string): MnemoscopeError {
  const field = [...(part.index === undefined ? [] : [part.index]), ...path]
    .map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i === 0 ? '' : '.'}${String(key)}`))
    .join('')
  const line = part.line + lineAt(part.text, path)
  return datasetProblem({ file: part.file, line, ...(field !== '' && { field }) }, what)
}

function jsonOf(part: JsonPart): unknown {
  try {
    return JSON.parse(part.text)
  } catch (error) {
    const { message } = error as SyntaxError
    const position = Number(/position (\d+)/.exec(message)?.[1] ?? 0)
    const line = part.line + (part.text.slice(0, position).match(/\n/g)?.length ?? 0)
    throw datasetProblem({ file: part.file, line }, `not valid JSON: ${message}`)
  }
}
