import { createGunzip } from 'node:zlib'

/**
 * A body unpacked by gzip, counted piece by piece as it grows: a few bytes can unpack to as many as may be, and hundreds
 * of requests unpack at once.
 * @param take told of the length of each piece before it is kept; what it throws ends the unpacking
 */
export async function unpack(packed: Uint8Array, take: (bytes: number) => void): Promise<Buffer> {
  const gunzip = createGunzip()
  gunzip.end(packed)
  const pieces: Buffer[] = []
  for await (const piece of gunzip as AsyncIterable<Buffer>) {
    take(piece.length)
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}
