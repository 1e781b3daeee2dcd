import type { Context, Piece } from '../context.js'
import { summarise } from './summarise.js'

/** Share of the budget for texts that stay complete; the rest is for summaries. */
const shareForFullTexts = 0.6

/** A summary is given at most this share of the tokens of what it replaces. */
const summaryShare = 0.35

/**
 * Keeps the most relevant texts and summarises the others: passages from the best on, then history from the newest back,
 * stay complete while they fit into three fifths of the budget; each later text is summarised by its sentences nearest to
 * the question, in the same order, until the budget is spent.
 */
export function hierarchy(context: Context, budget: number): Context {
  const order = [...context.passages, ...[...context.history].reverse()]
  const kept = new Map<Piece, Piece>()
  let left = budget - context.question.tokens
  let leftForFullTexts = left * shareForFullTexts
  let fits = true
  for (const piece of order) {
    fits = fits && piece.tokens <= leftForFullTexts
    const fitted = fits ? piece : shorten(piece, context.question.text, left)
    if (!fitted) continue
    kept.set(piece, fitted)
    left -= fitted.tokens
    leftForFullTexts -= fitted.tokens
  }
  const fittedOf = (pieces: readonly Piece[]) => pieces.flatMap((piece) => kept.get(piece) ?? [])
  return { ...context, passages: fittedOf(context.passages), history: fittedOf(context.history) }
}

function shorten(piece: Piece, question: string, left: number): Piece | undefined {
  // A summary isn't summarised again: sentence by sentence it would fade into its first one.
  if (piece.summary) return piece.tokens <= left ? piece : undefined
  return summarise(piece, question, Math.min(left, Math.ceil(piece.tokens * summaryShare)))
}
