import { countTokens as countWithEncoding } from 'gpt-tokenizer/encoding/o200k_base'

/**
 * Tokens of a text in the o200k_base byte-pair encoding, gpt-4o's own. The Mistral models use another vocabulary;
 * one encoding for all keeps their counts comparable, and exact to about a tenth.
 */
export function countTokens(text: string): number {
  return countWithEncoding(text)
}

/** Sentences of a paragraph, in order: a full stop, question or exclamation mark followed by a space and a capital. */
export function splitSentences(text: string): string[] {
  return text
    .split(/(?<=[.!?])\s+(?=["“(]?[\p{Lu}\d])/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '')
}

/** Words that say nothing about a subject. Kept short: rare words already weigh more than frequent ones. */
const stopWords = new Set(
  `a about after again all already also an and any are as at be because been before being but by can could did do does
  for from get goes had has have he her his how i if in into is it its itself just may me might more most must my no
  not now of off on one only or other our out over own should since so some such than that the their them then there
  these they this those to too under until up upon us was we were what when where which while who whom whose why will
  with would you your happen happened happens long much many soon still made make makes take takes use used`.split(
    /\s+/,
  ),
)

/**
 * The form in which a word is indexed and searched: lower case, without plural and verb endings; null for words that
 * are left out. A light suffix stripper: two words meet when they share a stem, a wrong stem is the same on both sides.
 */
export function indexTerm(word: string): string | null {
  const known = indexTerms.get(word)
  if (known !== undefined) return known
  const term = termOf(word)
  indexTerms.set(word, term)
  return term
}

/** A corpus has few words, and repeats them in every section, question and summary. */
const indexTerms = new Map<string, string | null>()

function termOf(word: string): string | null {
  const term = word.toLowerCase().replace(/['’]s?$/, '')
  if (term === '' || stopWords.has(term)) return null
  return stem(term)
}

function stem(term: string): string {
  if (term.length <= 3 || /\d/.test(term)) return term
  const singular = term.replace(
    /(ss|us|is)$|ies$|(?<=[sxz]|ch|sh)es$|s$/,
    (ending, kept: string | undefined) => (kept !== undefined ? kept : ending === 'ies' ? 'y' : ''),
  )
  const bare = singular.replace(
    /(?<=[aeiouy].*[a-z]{1,})(ations?|ating|ated|ate|ing|edly|ed|ly|ment|ion)$/,
    '',
  )
  const undoubled = bare.length < singular.length ? bare.replace(/([bdfgmnprt])\1$/, '$1') : bare
  return undoubled.length < 3 ? singular : undoubled.replace(/(?<=.{3})(e|y|i)$/, '')
}
