import type { Context } from 'hono'
import { z } from 'zod'
import { RequestError } from './error.js'
import { type Position, readCursor, writeCursor } from './row-cursor.js'
import { contentTypes, type Format, formats, headOf, linesOf, type StreamedFormat } from './row-format.js'

/** Rows of one kind that are read page by page, newest first. */
export interface RowSource<Row> {
  /** What one row is; its keys are the columns, in this order. */
  readonly schema: z.ZodObject
  /** One pattern for each part of the key in a `Position`. */
  readonly keys: readonly RegExp[]
  /** The `most` rows after a position, from the newest on without one. */
  readonly read: (
    window: { readonly from: Date; readonly to: Date },
    after: Position | undefined,
    most: number,
  ) => Promise<readonly { readonly row: Row; readonly position: Position }[]>
}

/** Time of a row for its position: to the microsecond, which a `Date` does not hold. */
export const exactTime = (column: string) =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

/** Query parameters of a route that answers with rows. */
export const rowsQuery = {
  format: z
    .enum(formats)
    .default('json')
    .describe(
      'CSV and NDJSON are streams of all rows of the window. In CSV, a text that a spreadsheet would take for a formula has an apostrophe before it.',
    ),
  limit: z
    .number()
    .int()
    .min(1)
    .max(1_000_000_000)
    .optional()
    .describe('How many rows. JSON: by default 100, at most 1,000. CSV and NDJSON: by default all.'),
  cursor: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,4000}$/, { error: 'expected next_cursor of the page before' })
    .optional()
    .describe('`next_cursor` of the page before; it brings its window along.'),
}

/** Media types of such a route beside JSON. */
export const rowsMedia = [contentTypes.csv, contentTypes.ndjson] as const

export const nextCursorAnswer = z.string().nullable().describe('For the next page; null on the last page.')

/** Rows of one JSON page, unless the request says otherwise. */
const defaultPage = 100
const mostInPage = 1_000
/** Rows that a stream holds at a time, whatever the number of rows it sends. */
const streamedAtOnce = 2_000

export interface RowsRequest {
  readonly scope: { readonly from: Date; readonly to: Date }
  readonly format: Format
  readonly limit?: number | undefined
  readonly cursor?: string | undefined
}

/** A page of rows. */
export interface RowPage<Row> {
  readonly rows: readonly Row[]
  readonly next_cursor: string | null
}

/**
 * Answers with the rows of a source: for JSON a page, for CSV and NDJSON a stream of all of them that is read from the
 * database as fast as it is taken.
 * @param name of the rows, for the name of the file
 */
export async function answerRows<Row extends object>(
  context: Context,
  name: string,
  source: RowSource<Row>,
  { scope, format, limit, cursor }: RowsRequest,
): Promise<RowPage<Row> | Response> {
  const begin = cursor === undefined ? { ...scope, after: undefined } : readCursor(cursor, source.keys)
  if (format !== 'json') {
    return streamRows(context, name, format, source, { ...begin, most: limit ?? Number.POSITIVE_INFINITY })
  }
  const most = pageSize(limit)
  const found = await source.read(begin, begin.after, most)
  const last = found.length < most ? undefined : found.at(-1)
  return {
    rows: found.map(({ row }) => row),
    next_cursor: last === undefined ? null : writeCursor(begin, last.position),
  }
}

/** How many rows one JSON page has. @throws RequestError 400 for more than a page may have */
function pageSize(limit: number | undefined): number {
  const most = limit ?? defaultPage
  if (most <= mostInPage) return most
  throw new RequestError(400, `query parameter limit: at most ${mostInPage} in one page`, {
    value: limit,
    expected: `at most ${mostInPage}, or format csv or ndjson`,
    next: 'Ask for pages with next_cursor, or for a stream with format=ndjson.',
  })
}

type Begin = Pick<RowsRequest['scope'], 'from' | 'to'> & {
  readonly after: ReturnType<typeof readCursor>['after'] | undefined
  readonly most: number
}

async function streamRows<Row extends object>(
  context: Context,
  name: string,
  format: StreamedFormat,
  source: RowSource<Row>,
  begin: Begin,
): Promise<Response> {
  const columns = Object.keys(source.schema.shape)
  let { after, most: left } = begin
  let isLast = false
  const nextLines = async (): Promise<string> => {
    const most = Math.min(left, streamedAtOnce)
    const found = await source.read(begin, after, most)
    after = found.at(-1)?.position
    left -= found.length
    isLast = found.length < most || left <= 0
    return linesOf(
      format,
      columns,
      found.map(({ row }) => row as Readonly<Record<string, unknown>>),
    )
  }
  // The first rows are read before the answer begins, so that a failure can still be one.
  const first = headOf(format, columns) + (await nextLines())
  const encoder = new TextEncoder()
  const stream = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        controller.enqueue(encoder.encode(first))
        if (isLast) controller.close()
      },
      async pull(controller) {
        const lines = await nextLines()
        if (lines !== '') controller.enqueue(encoder.encode(lines))
        if (isLast) controller.close()
      },
    },
    { highWaterMark: 1 },
  )
  return context.body(stream, 200, {
    'content-type': contentTypes[format],
    'content-disposition': `attachment; filename="${name}.${format}"`,
  })
}
