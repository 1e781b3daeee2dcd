/** A message between siblings, with the figures that belong to it. */
export interface Frame {
  readonly header: unknown
  readonly figures: Float64Array
}

/** The most bytes of one frame: 3,000 places of 20 KPIs take 20 MiB. */
const mostBytes = 256 * 1_024 * 1_024

/**
 * A frame as bytes: the length of its header and of its figures as unsigned integers of 4 bytes, big-endian, the header as
 * JSON, and the figures as numbers of 8 bytes in the order of this machine, which siblings share.
 */
export function encodeFrame({ header, figures }: Frame): Buffer {
  const text = Buffer.from(JSON.stringify(header))
  const numbers = Buffer.from(figures.buffer, figures.byteOffset, figures.byteLength)
  const lengths = Buffer.alloc(8)
  lengths.writeUInt32BE(text.length, 0)
  lengths.writeUInt32BE(numbers.length, 4)
  return Buffer.concat([lengths, text, numbers])
}

/**
 * Takes bytes as they come, and gives the frames that are complete.
 * @throws RangeError for a frame that is too large; SyntaxError for a header that is not JSON
 */
export function frameReader(): (bytes: Buffer) => Frame[] {
  let chunks: Buffer[] = []
  let length = 0
  let wanted = 8
  return (bytes) => {
    chunks.push(bytes)
    length += bytes.length
    const frames: Frame[] = []
    while (length >= wanted) {
      const all = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
      const text = all.readUInt32BE(0)
      const numbers = all.readUInt32BE(4)
      wanted = 8 + text + numbers
      if (wanted > mostBytes || numbers % 8 !== 0) throw new RangeError(`a frame of ${wanted} bytes`)
      if (length >= wanted) {
        const header: unknown = JSON.parse(all.toString('utf8', 8, 8 + text))
        const figures = new Float64Array(numbers / 8)
        Buffer.from(figures.buffer).set(all.subarray(8 + text, wanted))
        frames.push({ header, figures })
        chunks = [all.subarray(wanted)]
        length -= wanted
        wanted = 8
      } else {
        chunks = [all]
      }
    }
    return frames
  }
}
