import type { Piece } from '../context.js'
import { countTokens, indexTerm, splitSentences } from '../text.js'

interface Sentence {
  readonly text: string
  readonly position: number
  readonly tokens: number
  readonly terms: ReadonlySet<string>
}

/** A piece stays in a session's history for many questions; its sentences are counted at the first summary. */
const sentencesOf = new WeakMap<Piece, readonly Sentence[]>()

/**
 * An extractive summary: the sentences that share most words with the question, and the first sentence before others
 * that share equally many, in their original order, for at most `budget` tokens. Undefined when not one sentence fits.
 */
export function summarise(piece: Piece, question: string, budget: number): Piece | undefined {
  const asked = terms(question)
  const sentences = sentencesOf.get(piece) ?? readSentences(piece)
  const shared = (sentence: Sentence) => [...asked].filter((term) => sentence.terms.has(term)).length
  const ranked = sentences
    .map((sentence) => ({ sentence, shared: shared(sentence) }))
    .sort((a, b) => b.shared - a.shared || a.sentence.position - b.sentence.position)
  const kept: Sentence[] = []
  let left = budget
  for (const { sentence } of ranked) {
    if (sentence.tokens > left) continue
    kept.push(sentence)
    left -= sentence.tokens
  }
  if (kept.length === 0) return undefined
  kept.sort((a, b) => a.position - b.position)
  return {
    id: piece.id,
    text: kept.map((sentence) => sentence.text).join(' '),
    tokens: budget - left,
    summary: piece.summary || kept.length < sentences.length,
  }
}

function readSentences(piece: Piece): readonly Sentence[] {
  const sentences = splitSentences(piece.text).map((text, position) => ({
    text,
    position,
    tokens: countTokens(`${text} `),
    terms: terms(text),
  }))
  sentencesOf.set(piece, sentences)
  return sentences
}

function terms(text: string): Set<string> {
  const words = text.match(/[\p{L}\p{N}'’]+/gu) ?? []
  return new Set(words.map(indexTerm).filter((term) => term !== null))
}
