/** The class of contexts larger than every configured size, written as Prometheus writes its last bucket. */
export const largerContextSize = '+Inf'

/** Most tokens that a context size can have: what an integer of Postgres holds. */
const mostTokens = 2_147_483_647

/**
 * Tokens of a context size as labels have it: a number from 1 to 2147483647 in decimal digits. Undefined for `+Inf`, which
 * has no upper end, and for every other text. The function `context_tokens` of the database is the same in SQL.
 */
export function contextTokens(contextSize: string): number | undefined {
  const tokens = /^[1-9]\d{0,9}$/.test(contextSize) ? Number(contextSize) : Number.POSITIVE_INFINITY
  return tokens <= mostTokens ? tokens : undefined
}

/**
 * The label value for a context size: the smallest configured size that holds it, `'+Inf'` past the largest.
 * @param sizes configured sizes in tokens, ascending
 * @param contextSize tokens, more than 0
 */
export function contextSizeClass(sizes: readonly number[], contextSize: number): string {
  const size = sizes.find((candidate) => contextSize <= candidate)
  return size === undefined ? largerContextSize : String(size)
}
