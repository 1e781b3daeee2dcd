import type { Context, Piece } from '../context.js'

/**
 * Keeps what is nearest: passages from the best on, then history from the newest back, until the next piece doesn't
 * fit. Nothing is rewritten; what lies outside the window is forgotten.
 */
export function slidingWindow(context: Context, budget: number): Context {
  const passages = takeWhileFitting(context.passages, budget - context.question.tokens)
  const newestFirst = takeWhileFitting([...context.history].reverse(), passages.left)
  return { ...context, passages: passages.taken, history: newestFirst.taken.reverse() }
}

function takeWhileFitting(pieces: readonly Piece[], budget: number): { taken: Piece[]; left: number } {
  let left = budget
  const taken: Piece[] = []
  for (const piece of pieces) {
    if (piece.tokens > left) break
    taken.push(piece)
    left -= piece.tokens
  }
  return { taken, left }
}
