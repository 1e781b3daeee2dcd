/** A sample of an input series: a number, `_` where there is none, `stale` where the series ends. */
export type SeriesValue = number | '_' | 'stale'

/**
 * Values in promtool's notation, runs of equal steps written as one: `0+2x9` is 0, 2 … 18, `_x4` is four times none.
 * https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/#series
 */
export function seriesValues(values: readonly SeriesValue[]): string {
  const written: string[] = []
  for (let at = 0; at < values.length; ) {
    const run = runFrom(values, at)
    written.push(run.text)
    at += run.length
  }
  return written.join(' ')
}

function runFrom(values: readonly SeriesValue[], at: number): { text: string; length: number } {
  const first = values[at] as SeriesValue
  if (first === 'stale') return { text: 'stale', length: 1 }
  if (first === '_') {
    const length = lengthWhile(values, at, () => '_')
    return { text: length === 1 ? '_' : `_x${length}`, length }
  }
  const second = values[at + 1]
  if (typeof second !== 'number') return { text: String(first), length: 1 }
  const step = second - first
  // promtool adds the step again and again: a run goes only as far as that gives the very same numbers.
  let expected = first
  const length = lengthWhile(values, at, (i) => {
    if (i > 0) expected += step
    return expected
  })
  if (length < 3) return { text: String(first), length: 1 }
  const sign = step < 0 ? '-' : '+'
  return { text: `${first}${step === 0 ? '' : `${sign}${Math.abs(step)}`}x${length - 1}`, length }
}

function lengthWhile(
  values: readonly SeriesValue[],
  at: number,
  expected: (i: number) => SeriesValue,
): number {
  let length = 0
  while (at + length < values.length && values[at + length] === expected(length)) length++
  return length
}
