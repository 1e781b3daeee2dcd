import type { Context, Piece } from '../context.js'
import { summarise } from './summarise.js'

/** Share of the budget for texts that stay whole; the rest is for summaries. */
const shareForWhole = 0.6

/** A summary is given at most this share of the tokens of what it replaces. */
const summaryShare = 0.35

/**
 * Keeps the most relevant whole and summarises the rest: passages from the best on, then history from the newest back,
 * stay whole while they fit into three fifths of the budget; what follows is summarised by its sentences nearest to
 * the question, in the same order, until the budget is spent.
 */
export function hierarchy(context: Context, budget: number): Context {
  const order = [...context.passages, ...[...context.history].reverse()]
  const kept = new Map<Piece, Piece>()
  let left = budget - context.question.tokens
  let leftForWhole = left * shareForWhole
  let whole = true
  for (const piece of order) {
    whole = whole && piece.tokens <= leftForWhole
    const fitted = whole ? piece : shorten(piece, context.question.text, left)
    if (!fitted) continue
    kept.set(piece, fitted)
    left -= fitted.tokens
    leftForWhole -= fitted.tokens
  }
  const fittedOf = (pieces: readonly Piece[]) => pieces.flatMap((piece) => kept.get(piece) ?? [])
  return { ...context, passages: fittedOf(context.passages), history: fittedOf(context.history) }
}

function shorten(piece: Piece, question: string, left: number): Piece | undefined {
  // A summary isn't summarised again: sentence by sentence it would fade into its first one.
  if (piece.summary) return piece.tokens <= left ? piece : undefined
  return summarise(piece, question, Math.min(left, Math.ceil(piece.tokens * summaryShare)))
}
