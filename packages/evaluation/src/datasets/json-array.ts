import { createReadStream } from 'node:fs'
import { datasetProblem, type JsonPart } from './problem.js'

/** Bytes that structure JSON. All are ASCII, so they are never a part of another character. */
const byte = { newline: 10, space: 32, quote: 34, comma: 44, open: 91, backslash: 92, close: 93 } as const
const opening: ReadonlySet<number> = new Set([byte.open, 123])
const closing: ReadonlySet<number> = new Set([byte.close, 125])

/**
 * The items of a file that is one JSON array, read one by one: a file of gigabytes takes no more memory than its
 * largest item. Items are not checked yet.
 * @throws MnemoscopeError DATASET_INVALID if the file is no array, or ends before its end
 */
export async function* arrayItems(path: string): AsyncGenerator<Required<JsonPart>> {
  const scan = new Scan(path)
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 }))
    yield* scan.take(chunk as Buffer)
  scan.end()
}

/** What is known between two chunks of the file. */
class Scan {
  readonly #file: string
  #line = 1
  /** Arrays and objects that are open; 0 before and after the array of the file. */
  #depth = 0
  #isInString = false
  #isEscaped = false
  #isOver = false
  #index = 0
  /** Line of the first byte of the present item; undefined between items. */
  #itemLine: number | undefined
  #parts: Buffer[] = []

  constructor(file: string) {
    this.#file = file
  }

  *take(chunk: Buffer): Generator<Required<JsonPart>> {
    let start = 0
    let backslash = -1
    for (let at = 0; at < chunk.length; at++) {
      if (this.#isInString) {
        if (this.#isEscaped) {
          this.#isEscaped = false
          continue
        }
        // Texts are most of a file, so they are passed over by the system's search.
        if (backslash < at) backslash = indexIn(chunk, byte.backslash, at)
        const quote = indexIn(chunk, byte.quote, at)
        this.#isEscaped = backslash < quote
        this.#isInString = this.#isEscaped || quote === chunk.length
        at = Math.min(backslash, quote)
        continue
      }
      const value = chunk[at] as number
      if (value === byte.newline) this.#line++
      if (value <= byte.space) continue
      if (this.#depth === 0) this.#begin(value, chunk, at)
      else if (this.#depth === 1 && (value === byte.comma || value === byte.close)) {
        yield* this.#finish(chunk.subarray(start, at), value)
      } else {
        if (this.#itemLine === undefined) {
          this.#itemLine = this.#line
          start = at
        }
        if (value === byte.quote) this.#isInString = true
        else if (opening.has(value)) this.#depth++
        else if (closing.has(value)) this.#depth--
      }
    }
    if (this.#itemLine !== undefined) this.#parts.push(chunk.subarray(start))
  }

  /** @throws MnemoscopeError DATASET_INVALID if the array is still open */
  end(): void {
    if (this.#isOver) return
    const where =
      this.#itemLine === undefined
        ? ''
        : ` inside item ${this.#index}, which begins in line ${this.#itemLine}`
    throw datasetProblem({ file: this.#file, line: this.#line }, `the file ends${where}: expected "]"`)
  }

  #begin(value: number, chunk: Buffer, at: number): void {
    // The mark that some programs put before UTF-8.
    const isMark = this.#line === 1 && at < 3 && chunk.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf]))
    if (isMark) return
    if (value !== byte.open || this.#isOver) {
      const what = this.#isOver ? 'something follows the array' : 'expected an array of objects'
      throw datasetProblem({ file: this.#file, line: this.#line }, what)
    }
    this.#depth = 1
  }

  *#finish(rest: Buffer, value: number): Generator<Required<JsonPart>> {
    const isLast = value === byte.close
    if (this.#itemLine === undefined && !(isLast && this.#index === 0)) {
      throw datasetProblem({ file: this.#file, line: this.#line }, 'expected an item')
    }
    if (this.#itemLine !== undefined) {
      const text = Buffer.concat([...this.#parts, rest]).toString('utf8')
      yield { file: this.#file, line: this.#itemLine, index: this.#index++, text }
    }
    this.#parts = []
    this.#itemLine = undefined
    if (!isLast) return
    this.#depth = 0
    this.#isOver = true
  }
}

/** Where a byte is next; the length of the chunk if it is not there. */
function indexIn(chunk: Buffer, value: number, from: number): number {
  const index = chunk.indexOf(value, from)
  return index === -1 ? chunk.length : index
}
