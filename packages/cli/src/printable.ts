/** Controls but line breaks, which a terminal obeys, and marks that turn the direction of what follows. */
const unprintable = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu

/**
 * A text as a terminal may show it. Names of models, messages of alerts and comments come from outside: an escape
 * sequence in one could clear the screen, or write what nobody said.
 */
export function printable(text: string): string {
  return text.replaceAll(unprintable, (character) => (character === '\n' ? character : '\ufffd'))
}

/** The same on one line. */
export function printableLine(text: string): string {
  return printable(text.replaceAll(/\s+/g, ' '))
}
