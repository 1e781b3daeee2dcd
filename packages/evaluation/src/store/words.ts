/** Texts in which these letters are written have no spaces between words, so each letter counts as one. */
const word = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]|[\p{L}\p{M}\p{N}]+/gu

/** The text but for case and spaces. */
export function plainText(text: string): string {
  return text.normalize('NFC').toLowerCase().replaceAll(/\s+/g, ' ').trim()
}

/** Characters of a text whose words are looked at. Of a longer one, the beginning is compared with others. */
const mostCharacters = 20_000

/** The words of a text, in their order. */
export function wordsOf(plain: string): string[] {
  return plain.slice(0, mostCharacters).match(word) ?? []
}

/** Bytes of the words in UTF-8, so that a letter that is a word counts as more than one of an alphabet. */
export function sizeOf(words: readonly string[]): number {
  return words.reduce((size, each) => size + Buffer.byteLength(each), 0)
}
