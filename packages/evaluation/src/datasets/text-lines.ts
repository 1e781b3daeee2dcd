import { createReadStream } from 'node:fs'

/** A line of a file, with its number from 1. */
export interface TextLine {
  readonly line: number
  readonly text: string
}

/**
 * The lines of a file that are not empty, without their ends. Only a newline ends a line: JSON may have every other
 * separator inside a text.
 */
export async function* textLines(path: string): AsyncGenerator<TextLine> {
  let line = 0
  let parts: Buffer[] = []
  const textOf = (rest: Buffer) => {
    const text = Buffer.concat([...parts, rest]).toString('utf8')
    parts = []
    return (++line === 1 ? text.replace(/^\uFEFF/, '') : text).trimEnd()
  }
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 }) as AsyncIterable<Buffer>) {
    let start = 0
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      const text = textOf(chunk.subarray(start, end))
      start = end + 1
      if (text !== '') yield { line, text }
    }
    parts.push(chunk.subarray(start))
  }
  const text = textOf(Buffer.alloc(0))
  if (text !== '') yield { line, text }
}
