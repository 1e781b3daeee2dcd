/** What picocolors writes: an escape, which JSON never holds as it is, and the number of a colour or style. */
const colour = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g')

/**
 * Writes a coloured text, its colours where the stream is a terminal or FORCE_COLOR asks for them. Picocolors decides
 * by standard output alone, and colours whatever runs in CI: files and other streams would get escape sequences.
 */
export function print(text: string, stream: NodeJS.WriteStream = process.stdout): void {
  stream.write(stream.isTTY === true || process.env.FORCE_COLOR ? text : withoutColours(text))
}

/** A coloured text for a file. */
export function withoutColours(text: string): string {
  return text.replaceAll(colour, '')
}
