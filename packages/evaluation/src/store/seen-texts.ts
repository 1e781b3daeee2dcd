import { mostRows, sign, TextSegment, textKey } from './text-segment.js'

/** A text that came before. */
export interface Repeated {
  readonly kind: 'exact' | 'near'
  /** Id of the first entry with it. */
  readonly of: string
  /** Which text of all it is. */
  readonly text: number
  /** How often it came again so far. */
  readonly times: number
}

/** The texts of a store so far, without the texts: about 300 bytes each. */
export class SeenTexts {
  readonly #segments: TextSegment[] = []
  readonly #most: number
  /** Segments that were dropped. */
  #dropped = 0

  /** @param most how many different texts are remembered; of more, the oldest are forgotten, 65,535 at a time */
  constructor(most: number) {
    this.#most = Math.max(1, Math.ceil(most / mostRows))
  }

  /** How many texts were forgotten: an entry that repeats one of them is not noticed. */
  get forgotten(): number {
    return this.#dropped * mostRows
  }

  /** Adds the text of an entry. @returns the text that it repeats */
  add(id: string, scope: string, plain: string, words: readonly string[]): Repeated | undefined {
    const key = textKey(scope, plain)
    const same = this.#find((segment) => segment.same(key))
    if (same !== undefined) return this.#repeated('exact', same)
    sign(key, words)
    const near = this.#find((segment) => segment.near(key))
    this.#last().add(id, key, near !== undefined)
    return near && this.#repeated('near', near)
  }

  #find(inSegment: (segment: TextSegment) => number | undefined): { index: number; row: number } | undefined {
    for (let index = this.#segments.length - 1; index >= 0; index--) {
      const row = inSegment(this.#segments[index] as TextSegment)
      if (row !== undefined) return { index, row }
    }
    return undefined
  }

  #repeated(kind: Repeated['kind'], { index, row }: { index: number; row: number }): Repeated {
    const segment = this.#segments[index] as TextSegment
    const text = (this.#dropped + index) * mostRows + row
    return { kind, of: segment.idOf(row), text, times: segment.repeat(row) }
  }

  /** The segment with room for another text. */
  #last(): TextSegment {
    const last = this.#segments.at(-1)
    if (last !== undefined && last.rows < mostRows) return last
    if (this.#segments.length === this.#most) {
      this.#segments.shift()
      this.#dropped++
    }
    const next = new TextSegment()
    this.#segments.push(next)
    return next
  }
}
