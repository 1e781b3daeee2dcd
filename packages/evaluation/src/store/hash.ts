/** The last step of MurmurHash3, which mixes all bits of a number: https://github.com/aappleby/smhasher */
export function mixed(bits: number): number {
  let hash = bits ^ (bits >>> 16)
  hash = Math.imul(hash, 0x85ebca6b)
  hash ^= hash >>> 13
  hash = Math.imul(hash, 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** The multiplier of FNV, and another one for hashes that are independent of it. */
export const multiplier = { usual: 0x01000193, other: 0x5bd1e995 } as const

/** 32 bits of a text: FNV-1a over its UTF-16 code units, mixed. http://www.isthe.com/chongo/tech/comp/fnv/ */
export function hashOf(text: string, seed = 0, by: number = multiplier.usual): number {
  let hash = 0x811c9dc5 ^ seed
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), by)
  return mixed(hash)
}
