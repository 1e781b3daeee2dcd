/** Texts in which these letters are written have no spaces between words, so each letter counts as one. */
const word = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]|[\p{L}\p{M}\p{N}]+/gu

/** The text but for case and spaces. */
export function plainText(text: string): string {
  return text.normalize('NFC').toLowerCase().replaceAll(/\s+/g, ' ').trim()
}

/** The words of a text, in their order. */
export function wordsOf(plain: string): string[] {
  return plain.match(word) ?? []
}

/** Bytes of the words in UTF-8, so that a letter that is a word counts as more than one of an alphabet. */
export function sizeOf(words: readonly string[]): number {
  return words.reduce((size, each) => size + Buffer.byteLength(each), 0)
}
