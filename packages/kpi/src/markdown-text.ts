/** Control characters, and marks that change the direction of text. */
const unprintable = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu

/** Escapes a text for one line of Markdown: the name of a model must not end a cell, open a tag or become a link. */
export function escapeMarkdown(text: string): string {
  return (
    text
      .replaceAll(/\s+/g, ' ')
      .replaceAll(unprintable, '\ufffd')
      .replaceAll(/[\\`*[\]<>|~&]/g, '\\$&')
      // Within a word, as in most names, it means nothing.
      .replaceAll(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_')
  )
}
