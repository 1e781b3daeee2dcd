import { MnemoscopeError } from '@mnemoscope/kpi'
import type pg from 'pg'

/** SQLSTATEs of a name that does not exist: table, column, function, parameter. */
const unknownName = /^(?:42P01|42703|42883|42P02)$/
const reading = 'Ask with SELECT. Only the recorder writes the history.'

/**
 * What a person sees when Postgres refuses or ends a query: the reason, the place in the query, and the next step.
 * @param timeoutSeconds how long a statement may take
 */
export function queryError(error: pg.DatabaseError, query: string, timeoutSeconds: number): MnemoscopeError {
  const place = placeIn(query, Number(error.position))
  const where = place === undefined ? '' : ` at line ${place.line}, column ${place.column}`
  const lines = [
    `Postgres refused the query${where}: ${error.message}`,
    ...(place?.shown ?? []),
    ...[error.detail, error.hint].filter((text) => text !== undefined),
  ]
  return new MnemoscopeError('DATABASE_QUERY', lines.join('\n'), {
    value: query,
    expected: 'one statement that reads',
    next: nextStep(error, timeoutSeconds),
    cause: error,
  })
}

function nextStep({ code = '', message }: pg.DatabaseError, timeoutSeconds: number): string {
  if (unknownName.test(code)) {
    return 'See the dictionary in docs/sql.md, or list the columns of a view: `npx mnemoscope sql "SELECT * FROM alerts LIMIT 1"`.'
  }
  if (code === '57014') {
    return `The limit is ${timeoutSeconds} s. Ask for a shorter time, read kpi_hours in place of kpi_values, or give it longer with --timeout.`
  }
  if (code === '42501' || code === '25006') return reading
  if (message.includes('multiple commands')) return 'Run one statement at a time.'
  return 'Correct the query. docs/sql.md has examples.'
}

/** How much of a line is shown before and after the place of an error. */
const shownAround = 60

/** Where in a query an error is. @param position from 1 on, in characters; NaN where Postgres names none */
function placeIn(
  query: string,
  position: number,
): { line: number; column: number; shown: string[] } | undefined {
  if (!(position > 0)) return undefined
  const before = [...query]
    .slice(0, position - 1)
    .join('')
    .split('\n')
  const line = before.length
  const start = before.at(-1) ?? ''
  const text = query.split('\n')[line - 1] ?? ''
  const from = Math.max(0, start.length - shownAround)
  return {
    line,
    column: [...start].length + 1,
    shown: [
      `  ${text.slice(from, start.length + shownAround).replaceAll('\t', ' ')}`,
      `  ${' '.repeat(start.length - from)}^`,
    ],
  }
}
