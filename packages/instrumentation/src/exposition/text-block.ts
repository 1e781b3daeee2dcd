import type { Lines } from './lines.js'

const digit0 = 48

/** Room for numbers to grow before the block must move. */
const spare = 48

/**
 * Lines of exposition text as bytes, each ending in a number that is rewritten in place. A new value costs its digits
 * alone, and one with more or fewer digits a shift of what follows: nothing is formatted twice.
 */
export class TextBlock implements Lines {
  private bytes: Buffer
  /** The part of the bytes in use. Kept, because making a view costs more than copying what it shows. */
  private view: Buffer
  private used: number
  private readonly values: Float64Array
  private readonly starts: Int32Array
  private readonly lengths: Int32Array

  /**
   * @param prefixes what stands before each number, from the first byte of its line to the space; every number is 0
   * @param tail what follows the last line
   */
  constructor(prefixes: readonly string[], tail = '') {
    const pieces = prefixes.map((prefix, i) => (i === 0 ? prefix : `\n${prefix}`))
    this.values = new Float64Array(prefixes.length)
    this.starts = new Int32Array(prefixes.length)
    this.lengths = new Int32Array(prefixes.length).fill(1)
    const text = `${pieces.map((piece) => `${piece}0`).join('')}\n${tail}`
    this.used = Buffer.byteLength(text)
    this.bytes = Buffer.allocUnsafe(this.used + spare)
    this.bytes.write(text)
    this.view = this.bytes.subarray(0, this.used)
    let at = 0
    for (const [i, piece] of pieces.entries()) {
      at += Buffer.byteLength(piece)
      this.starts[i] = at
      at += 1
    }
  }

  /** Bytes of the text. */
  get length(): number {
    return this.used
  }

  /** Copies the text into a buffer that has room for it. */
  copyTo(target: Buffer, at: number): void {
    if (this.view.length !== this.used) this.view = this.bytes.subarray(0, this.used)
    target.set(this.view, at)
  }

  /** Writes the number at the end of a line. */
  set(line: number, value: number): void {
    if (value === this.values[line]) return
    this.values[line] = value
    if (value >= 0 && value <= 999_999_999 && (value | 0) === value) this.setInteger(line, value | 0)
    else this.setText(line, formatNumber(value))
  }

  private setInteger(line: number, value: number): void {
    const length = digitsOf(value)
    this.resize(line, length)
    const start = this.starts[line] as number
    let rest = value
    for (let at = start + length - 1; at >= start; at--) {
      const tenth = (rest / 10) | 0
      this.bytes[at] = digit0 + rest - tenth * 10
      rest = tenth
    }
  }

  private setText(line: number, text: string): void {
    this.resize(line, text.length)
    this.bytes.write(text, this.starts[line] as number, 'latin1')
  }

  /** Makes a line's number so many bytes long, moving all that follows. */
  private resize(line: number, length: number): void {
    const growth = length - (this.lengths[line] as number)
    if (growth === 0) return
    const end = (this.starts[line] as number) + (this.lengths[line] as number)
    if (this.used + growth > this.bytes.length) {
      const larger = Buffer.allocUnsafe(this.used + growth + spare)
      this.bytes.copy(larger, 0, 0, this.used)
      this.bytes = larger
      this.view = larger
    }
    this.bytes.copyWithin(end + growth, end, this.used)
    this.used += growth
    this.lengths[line] = length
    for (let i = line + 1; i < this.starts.length; i++) this.starts[i] = (this.starts[i] as number) + growth
  }
}

/** A number as Prometheus reads it. */
export function formatNumber(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value)
}

function digitsOf(value: number): number {
  if (value < 1_000) return value < 10 ? 1 : value < 100 ? 2 : 3
  if (value < 1_000_000) return value < 10_000 ? 4 : value < 100_000 ? 5 : 6
  return value < 10_000_000 ? 7 : value < 100_000_000 ? 8 : 9
}
