/** The class of contexts larger than every configured size, written as Prometheus writes its last bucket. */
export const largerContextSize = '+Inf'

/**
 * The label value for a context size: the smallest configured size that holds it, `'+Inf'` past the largest.
 * @param sizes configured sizes in tokens, ascending
 * @param contextSize tokens, more than 0
 */
export function contextSizeClass(sizes: readonly number[], contextSize: number): string {
  const size = sizes.find((candidate) => contextSize <= candidate)
  return size === undefined ? largerContextSize : String(size)
}
