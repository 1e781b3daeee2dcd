/**
 * A stretch of text in a context. Tokens are counted piece by piece, each with its own line break, so that a piece is
 * tokenised once in its life and a context is an addition.
 */
export interface Piece {
  /** The section it was taken from, or the turn it records. */
  readonly id: string
  readonly text: string
  readonly tokens: number
  /** Whether the text is what a summary left of the original. */
  readonly summary: boolean
}

/** Everything a model would read to answer one question. */
export interface Context {
  /** What was said and read before, oldest first. */
  readonly history: readonly Piece[]
  /** What was found for this question, best first. */
  readonly passages: readonly Piece[]
  readonly question: Piece
}

/** Tokens of a list of pieces. */
export function tokensOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, piece) => sum + piece.tokens, 0)
}

/** Tokens of a complete context. */
export function contextTokens(context: Context): number {
  return tokensOf(context.history) + tokensOf(context.passages) + context.question.tokens
}
