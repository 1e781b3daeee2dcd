/**
 * A fixed shuffle that can be entered anywhere: the item at step n, where each round of `items.length` steps visits
 * every item once. It strides through the list by a number coprime to its length, about three eighths of it.
 */
export function itemAt<T>(items: readonly T[], step: number): T {
  const item = items[(step * strideFor(items.length)) % items.length]
  if (item === undefined) throw new RangeError('there is no item to choose: the list is empty')
  return item
}

function strideFor(length: number): number {
  let stride = Math.max(1, Math.round(length * 0.375))
  while (greatestCommonDivisor(stride, length) > 1) stride++
  return stride
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
