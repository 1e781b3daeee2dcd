/** Normal quantiles of the ranks (Blom 1958); equal values share their mean rank. */
export function normalScores(values: readonly number[]): number[] {
  const order = values.map((value, i) => ({ value, i })).sort((a, b) => a.value - b.value)
  const result = new Array<number>(values.length).fill(0)
  for (let start = 0; start < order.length; ) {
    let end = start
    while (order[end + 1]?.value === order[start]?.value) end++
    const share = ((start + end) / 2 + 0.625) / (values.length + 0.25)
    for (let k = start; k <= end; k++) result[(order[k] as { i: number }).i] = normalQuantile(share)
    start = end + 1
  }
  return result
}

/** Abramowitz and Stegun 26.2.23: an error below 4.5e-4, far below the distance of two ranks. */
function normalQuantile(share: number): number {
  if (share > 0.5) return -normalQuantile(1 - share)
  const t = Math.sqrt(-2 * Math.log(share))
  const top = 2.515517 + t * (0.802853 + t * 0.010328)
  return top / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t
}
