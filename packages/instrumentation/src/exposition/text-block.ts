const digit0 = 48

/** Free space of a block, as a share of its length, for numbers that get longer. */
const spareShare = 1 / 32

/** A buffer for lines that are about to replace those of a block. All blocks share it. */
let scratch: Buffer = Buffer.allocUnsafeSlow(0)

/**
 * Lines of exposition text as bytes. Each line ends in a number that is rewritten in place, which costs as much as its
 * digits. `settle` moves the lines once for all numbers whose length changed.
 */
export class TextBlock {
  private bytes: Buffer
  private used: number
  private readonly values: Float64Array
  private readonly starts: Int32Array
  private readonly lengths: Uint16Array
  /** Lines whose new text has another length than the present one, and these new texts. */
  private readonly resized: number[] = []
  private readonly texts: string[] = []
  private holders = { count: 0 }

  /**
   * @param prefixes the text before each number, from the start of the line to the space; each number starts at 0
   * @param tail the text after the last line
   */
  constructor(prefixes: readonly string[], tail = '') {
    this.values = new Float64Array(prefixes.length)
    this.starts = new Int32Array(prefixes.length)
    this.lengths = new Uint16Array(prefixes.length).fill(1)
    let at = 0
    for (let i = 0; i < prefixes.length; i++) {
      at += Buffer.byteLength(prefixes[i] as string)
      this.starts[i] = at
      at += 2
    }
    this.used = at + Buffer.byteLength(tail)
    this.bytes = roomFor(this.used)
    this.bytes.write(`${prefixes.join('0\n')}${prefixes.length > 0 ? '0\n' : ''}${tail}`)
  }

  /** Bytes of the text. */
  get length(): number {
    return this.used
  }

  /** The text now, to be read immediately. */
  view(): Buffer {
    return this.bytes.subarray(0, this.used)
  }

  /** Keeps the bytes of `view` unchanged until the returned function is called. */
  hold(): () => void {
    const { holders } = this
    holders.count++
    return () => {
      holders.count--
    }
  }

  /** Writes the number at the end of a line. Lines are set in ascending order between two calls of `settle`. */
  set(line: number, value: number): void {
    if (value === this.values[line]) return
    this.values[line] = value
    if (value >= 0 && value <= 999_999_999 && (value | 0) === value) {
      const length = digitsOf(value)
      if (length === this.lengths[line]) {
        this.overwriteInteger(line, value, length)
        return
      }
    }
    this.replace(line, formatNumber(value))
  }

  /** Writes any ASCII text in place of a line's number. Lines are set in ascending order too. */
  setText(line: number, text: string): void {
    // NaN differs from each number, so the next number is always written.
    this.values[line] = Number.NaN
    this.replace(line, text)
  }

  /** Moves lines whose length changed. Has to be called after the last `set` and before `view`. */
  settle(): void {
    const { resized, texts, starts, lengths } = this
    if (resized.length === 0) return
    const first = starts[resized[0] as number] as number
    const more = texts.reduce((all, text) => all + text.length, 0)
    if (scratch.length < this.used - first + more) scratch = roomFor(this.used - first + more)
    let from = first
    let at = 0
    for (let i = 0; i < resized.length; i++) {
      const line = resized[i] as number
      const text = texts[i] as string
      const start = starts[line] as number
      at += this.bytes.copy(scratch, at, from, start)
      from = start + (lengths[line] as number)
      starts[line] = first + at
      lengths[line] = text.length
      writeAscii(scratch, at, text)
      at += text.length
      const shift = first + at - from
      const next = resized[i + 1] ?? starts.length
      for (let after = line + 1; after < next; after++) starts[after] = (starts[after] as number) + shift
    }
    at += this.bytes.copy(scratch, at, from, this.used)
    this.used = first + at
    if (this.used > this.bytes.length || this.holders.count > 0) this.move(first)
    this.bytes.set(scratch.subarray(0, at), first)
    resized.length = 0
    texts.length = 0
  }

  private replace(line: number, text: string): void {
    if (text.length !== this.lengths[line]) {
      this.resized.push(line)
      this.texts.push(text)
      return
    }
    if (this.holders.count > 0) this.move(this.used)
    writeAscii(this.bytes, this.starts[line] as number, text)
  }

  private overwriteInteger(line: number, value: number, length: number): void {
    if (this.holders.count > 0) this.move(this.used)
    const { bytes } = this
    const start = this.starts[line] as number
    let rest = value
    for (let at = start + length - 1; at >= start; at--) {
      const tenth = (rest / 10) | 0
      bytes[at] = digit0 + rest - tenth * 10
      rest = tenth
    }
  }

  /** Continues in a new buffer with the same first bytes; the old one is left to its holders. */
  private move(same: number): void {
    const moved = roomFor(this.used)
    this.bytes.copy(moved, 0, 0, same)
    this.bytes = moved
    this.holders = { count: 0 }
  }
}

function roomFor(bytes: number): Buffer {
  return Buffer.allocUnsafeSlow(bytes + Math.ceil(bytes * spareShare) + 48)
}

/** For a dozen bytes, a call of a buffer function costs more than the bytes. */
function writeAscii(bytes: Buffer, at: number, text: string): void {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i)
}

/** A number in Prometheus' format. */
export function formatNumber(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value)
}

function digitsOf(value: number): number {
  if (value < 1_000) return value < 10 ? 1 : value < 100 ? 2 : 3
  if (value < 1_000_000) return value < 10_000 ? 4 : value < 100_000 ? 5 : 6
  return value < 10_000_000 ? 7 : value < 100_000_000 ? 8 : 9
}
