import { type Piece, tokensOf } from './context.js'
import type { Section } from './corpus.js'
import { countTokens } from './text.js'

/** One conversation: what was given to it, asked in it and read in it. */
export interface Session {
  /** What the next question carries along, oldest first; shrinks when it overflows. */
  readonly history: readonly Piece[]
  /** Everything the session received, unchanged, oldest first, up to the session's limit. */
  readonly transcript: readonly Piece[]
  /** Hands documents to the session, to be read with the next question. */
  attach(sections: readonly Section[]): void
  /** Records a question with its answer, and the passages that were read for it. */
  record(turn: Piece, passages: readonly Piece[]): void
  /** Replaces the history by what was left of it when it had to be fitted. */
  shrinkTo(history: readonly Piece[]): void
  /** Empties the history; the transcript stays. */
  clear(): void
}

/** A session that keeps at most `limit` tokens of transcript; the oldest go first. */
export function createSession(limit: number): Session {
  let history: Piece[] = []
  const transcript: Piece[] = []

  const add = (...pieces: Piece[]) => {
    history.push(...pieces)
    transcript.push(...pieces)
    let tokens = tokensOf(transcript)
    while (tokens > limit) tokens -= transcript.shift()?.tokens ?? tokens
  }

  return {
    get history() {
      return history
    },
    get transcript() {
      return transcript
    },
    attach: (sections) => add(...sections.map(sectionPiece)),
    record: (turn, passages) => add(...passages, turn),
    shrinkTo(fitted) {
      history = [...fitted]
    },
    clear() {
      history = []
    },
  }
}

/** A section as a piece of a context. */
export function sectionPiece({ id, text, tokens }: Section): Piece {
  return { id, text, tokens: tokens + 1, summary: false }
}

/** Any other text as a piece of a context. */
export function textPiece(id: string, text: string): Piece {
  return { id, text, tokens: countTokens(`${text}\n`), summary: false }
}
