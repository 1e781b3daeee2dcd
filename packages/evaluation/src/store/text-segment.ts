import { hashOf, mixed, multiplier } from './hash.js'
import { leastEqual, signatureLength, writeSignature } from './min-hash.js'

/** Rows of a segment: what 16 bits can number, without 0, which is an empty slot. */
export const mostRows = 65_535

/** Twice the rows, so that at most half of the slots are taken. */
const slots = 131_072

/**
 * Numbers of a signature that are a band. Near duplicates with a resemblance of 0.8 have one of 16 bands of six in common with a
 * probability of 0.99, texts with one of 0.3 with 0.01.
 */
const bandLength = 6
const bandCount = signatureLength / bandLength

/** Slots of a band that are looked at. In a full group a new row takes the place of another one. */
const group = 4

/** What is known of a text, without the text. */
export interface TextKey {
  /** 64 bits of scope and text. */
  readonly high: number
  readonly low: number
  /** 32 bits of the scope. */
  readonly scope: number
  readonly signature: Uint8Array
  /** A hash of each band of the signature. */
  readonly bands: Uint32Array
}

/**
 * Up to 65,535 texts by their hashes and signatures, in about 15 MiB that are taken as they fill. It never grows, so no entry waits for
 * a larger table. Locality-sensitive hashing by bands: Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, 3.4.
 */
export class TextSegment {
  rows = 0
  readonly #hashes = new Uint32Array(2 * mostRows)
  readonly #scopes = new Uint32Array(mostRows)
  readonly #signatures = new Uint8Array(signatureLength * mostRows)
  /** How often each text came again. */
  readonly #repeats = new Uint32Array(mostRows)
  readonly #bySlot = new Uint16Array(slots)
  /** The upper half of the band's hash and, in 16 bits, the row. Without it each of the group would have to be compared. */
  readonly #byBand = new Uint32Array(bandCount * slots)
  #ids = new Uint8Array(64 * 1_024)
  readonly #idEnds = new Uint32Array(mostRows + 1)

  /** The row of the same text. */
  same({ high, low }: TextKey): number | undefined {
    for (let slot = low % slots; ; slot = (slot + 1) % slots) {
      const row = (this.#bySlot[slot] as number) - 1
      if (row < 0) return undefined
      if (this.#hashes[2 * row] === high && this.#hashes[2 * row + 1] === low) return row
    }
  }

  /** A row of a text that nearly is the same. */
  near({ scope, signature, bands }: TextKey): number | undefined {
    for (let band = 0; band < bandCount; band++) {
      const hash = bands[band] as number
      const first = firstSlot(band, hash)
      for (let i = 0; i < group; i++) {
        const slot = this.#byBand[first + i] as number
        if (slot === 0 || slot >>> 16 !== hash >>> 16) continue
        const row = (slot & 0xffff) - 1
        if (this.#scopes[row] === scope && this.#isNear(row, signature)) return row
      }
    }
    return undefined
  }

  /** @param isNear whether a near duplicate of another row: it is compared with the same texts only */
  add(id: string, { high, low, scope, signature, bands }: TextKey, isNear: boolean): number {
    const row = this.rows++
    this.#hashes[2 * row] = high
    this.#hashes[2 * row + 1] = low
    this.#scopes[row] = scope
    let slot = low % slots
    while (this.#bySlot[slot] !== 0) slot = (slot + 1) % slots
    this.#bySlot[slot] = row + 1
    this.#keepId(row, id)
    if (isNear) return row
    this.#signatures.set(signature, signatureLength * row)
    for (let band = 0; band < bandCount; band++) {
      const hash = bands[band] as number
      const first = firstSlot(band, hash)
      let free = 0
      while (free < group && this.#byBand[first + free] !== 0) free++
      this.#byBand[first + (free < group ? free : row % group)] = ((hash & 0xffff0000) | (row + 1)) >>> 0
    }
    return row
  }

  /** Counts that a text came again. @returns how often so far */
  repeat(row: number): number {
    this.#repeats[row] = (this.#repeats[row] as number) + 1
    return this.#repeats[row] as number
  }

  idOf(row: number): string {
    return Buffer.from(this.#ids.subarray(this.#idEnds[row], this.#idEnds[row + 1])).toString('utf8')
  }

  #isNear(row: number, signature: Uint8Array): boolean {
    const from = signatureLength * row
    let different = 0
    for (let i = 0; i < signatureLength; i++)
      if (this.#signatures[from + i] !== signature[i] && ++different > signatureLength - leastEqual)
        return false
    return true
  }

  #keepId(row: number, id: string): void {
    const from = this.#idEnds[row] as number
    const bytes = Buffer.from(id)
    if (from + bytes.length > this.#ids.length) {
      const larger = new Uint8Array(Math.max(2 * this.#ids.length, from + bytes.length))
      larger.set(this.#ids)
      this.#ids = larger
    }
    this.#ids.set(bytes, from)
    this.#idEnds[row + 1] = from + bytes.length
  }
}

/** The key of a text, without its signature. @param plain the text but for what does not count */
export function textKey(scope: string, plain: string): TextKey {
  const ofScope = hashOf(scope)
  const low = hashOf(plain, ofScope, multiplier.other)
  const [signature, bands] = [new Uint8Array(signatureLength), new Uint32Array(bandCount)]
  return { high: hashOf(plain, ofScope), low, scope: ofScope, signature, bands }
}

/** Adds the signature to the key of a text, which only texts need that are not there yet. */
export function sign({ scope, signature, bands }: TextKey, words: readonly string[]): void {
  writeSignature(words, signature)
  for (let band = 0; band < bandCount; band++) {
    let hash = scope ^ band
    for (let i = band * bandLength; i < (band + 1) * bandLength; i++)
      hash = Math.imul(hash ^ (signature[i] as number), multiplier.usual)
    bands[band] = mixed(hash)
  }
}

function firstSlot(band: number, hash: number): number {
  return band * slots + (hash % (slots / group)) * group
}
