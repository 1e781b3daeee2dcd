/** An escape sequence of picocolors: the escape character, which JSON never has unescaped, and a number. */
const colour = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g')

/**
 * Writes a coloured text. The colours stay if the stream is a terminal or FORCE_COLOR is set. Picocolors itself only looks
 * at standard output and colours everything in CI, so files and other streams would get escape sequences.
 */
export function print(text: string, stream: NodeJS.WriteStream = process.stdout): void {
  stream.write(stream.isTTY === true || process.env.FORCE_COLOR ? text : withoutColours(text))
}

/** A coloured text without its colours, for a file. */
export function withoutColours(text: string): string {
  return text.replaceAll(colour, '')
}

/** Control characters, which a terminal obeys, and marks that change the direction of text. */
const unprintable = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu

/**
 * A text that is safe to show in a terminal. Names of models, messages of alerts and comments come from outside: an escape
 * sequence in one could clear the screen or fake output.
 */
export function printable(text: string): string {
  return text.replaceAll(unprintable, (character) => (character === '\n' ? character : '\ufffd'))
}

/** The same on one line. */
export function printableLine(text: string): string {
  return printable(text.replaceAll(/\s+/g, ' '))
}
