import type { Context } from 'hono'
import { RequestError } from '../http/error.js'
import { readCursor, writeCursor } from './cursor.js'
import { contentTypes, type Format, headOf, linesOf, type StreamedFormat } from './format.js'
import type { RowSource } from './source.js'

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

/**
 * Answers with the rows of a source: JSON as one page `{<name>: [...], next_cursor}`, CSV and NDJSON as a stream of
 * all of them that is read from the database as fast as it is taken.
 * @param name of the rows: a property of the JSON document, and the file's name
 */
export async function answerRows<Row extends object>(
  context: Context,
  name: string,
  source: RowSource<Row>,
  { scope, format, limit, cursor }: RowsRequest,
): Promise<Response> {
  const begin = cursor === undefined ? { ...scope, after: undefined } : readCursor(cursor, source.keys)
  if (format !== 'json') {
    return streamRows(context, name, format, source, { ...begin, most: limit ?? Number.POSITIVE_INFINITY })
  }
  const most = limit ?? defaultPage
  if (most > mostInPage) {
    throw new RequestError(400, `query parameter limit: at most ${mostInPage} in one page`, {
      value: limit,
      expected: `at most ${mostInPage}, or format csv or ndjson`,
      next: 'Ask for pages with next_cursor, or for a stream with format=ndjson.',
    })
  }
  const found = await source.read(begin, begin.after, most)
  const last = found.length < most ? undefined : found.at(-1)
  return context.json({
    [name]: found.map(({ row }) => row),
    next_cursor: last === undefined ? null : writeCursor(begin, last.position),
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
