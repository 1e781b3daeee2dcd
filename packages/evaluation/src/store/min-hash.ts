import { hashOf, mixed } from './hash.js'

/** How many numbers a signature has. The resemblance of two texts is estimated with a deviation of at most 0.05. */
export const signatureLength = 96

/** From this resemblance on, two texts are near duplicates. */
export const nearDuplicate = 0.8

/**
 * Equal numbers in the signatures of near duplicates, at least. With eight bits a number, one of 256 that differ is
 * equal by chance: Li and König, b-Bit Minwise Hashing, 2010, https://arxiv.org/abs/0910.3349
 */
export const leastEqual = Math.ceil(signatureLength * (nearDuplicate + (1 - nearDuplicate) / 256))

const multipliers = Uint32Array.from({ length: signatureLength }, (_, i) => mixed(2 * i + 1) | 1)
const increments = Uint32Array.from({ length: signatureLength }, (_, i) => mixed(0x9e3779b9 + i))
const least = new Uint32Array(signatureLength)

/**
 * Writes the MinHash signature of a text: for each of 96 hash functions, eight bits of the least hash of its words and
 * pairs of words. The share of equal numbers in two signatures estimates how much two texts resemble each other: what
 * both have, divided by what one of them has. Broder, On the resemblance and containment of documents, 1997.
 */
export function writeSignature(words: readonly string[], into: Uint8Array): void {
  least.fill(0xffffffff)
  let before = 0
  for (let w = 0; w < words.length; w++) {
    const hash = hashOf(words[w] as string)
    addHash(hash)
    if (w > 0) addHash(mixed(Math.imul(before, 31) + hash))
    before = hash
  }
  for (let i = 0; i < signatureLength; i++) into[i] = (least[i] as number) >>> 24
}

function addHash(hash: number): void {
  for (let i = 0; i < signatureLength; i++) {
    // Multiply and add alone gives functions that are too much alike.
    let bits = Math.imul(hash, multipliers[i] as number) + (increments[i] as number)
    bits ^= bits >>> 15
    bits = Math.imul(bits, 0x2c1b3c6d) >>> 0
    if (bits < (least[i] as number)) least[i] = bits
  }
}
