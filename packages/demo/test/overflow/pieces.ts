import type { Context, Piece } from '../../src/context.js'
import { textPiece } from '../../src/session.js'

/** A piece of exactly this many tokens that says nothing. */
export function blank(id: string, tokens: number): Piece {
  return { id, text: '', tokens, summary: false }
}

/** A piece with a text, counted as in a session. */
export const spoken = textPiece

/** A context with a question of ten tokens. */
export function contextOf(history: readonly Piece[], passages: readonly Piece[]): Context {
  return { history, passages, question: { ...blank('q', 10), text: 'How deep is the basin at the lock?' } }
}

export const idsOf = (pieces: readonly Piece[]) => pieces.map(({ id }) => id)
