import { z } from 'zod'
import type { Scope } from '../database/scope.js'
import { isStorable } from '../database/text.js'
import { RequestError } from './error.js'

/** Where a page ends, and so where the next one begins. */
export interface Position {
  /** Time of the last row as Postgres has it, to the microsecond: ISO 8601, UTC. */
  readonly at: string
  /** What distinguishes rows of one time, in the order of the page. */
  readonly key: readonly string[]
}

/** A place in the rows of a window; the window goes with it, so that no page sees another one. */
export interface Cursor {
  readonly from: Date
  readonly to: Date
  readonly after: Position
}

/** Postgres reads the third one itself, and it knows no year 0. */
const time = z.iso
  .datetime()
  .max(30)
  .refine((given) => !given.startsWith('0000'))

const text = z.string().max(600).refine(isStorable)

const shape = z.tuple([time, time, time], text)

/** A cursor as a URL parameter: opaque to the caller. */
export function writeCursor({ from, to }: Pick<Scope, 'from' | 'to'>, { at, key }: Position): string {
  return Buffer.from(JSON.stringify([from.toISOString(), to.toISOString(), at, ...key])).toString('base64url')
}

/**
 * The place that a cursor names.
 * @param keys one pattern for each part of the key
 * @throws RequestError 400 for what is no cursor of these rows
 */
export function readCursor(cursor: string, keys: readonly RegExp[]): Cursor {
  const parsed = shape.safeParse(decoded(cursor))
  const [from = '', to = '', at = '', ...key] = parsed.data ?? []
  if (
    !parsed.success ||
    key.length !== keys.length ||
    !keys.every((pattern, i) => pattern.test(key[i] ?? ''))
  ) {
    throw new RequestError(400, 'query parameter cursor: not one of these rows', {
      value: cursor,
      expected: 'next_cursor of the page before',
      next: 'Begin without a cursor.',
    })
  }
  return { from: new Date(from), to: new Date(to), after: { at, key } }
}

function decoded(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}
