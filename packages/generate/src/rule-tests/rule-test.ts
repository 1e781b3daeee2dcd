import { durationText } from '@mnemoscope/kpi'

/** A sample that a query must return: labels in PromQL's notation, name included. */
export interface ExpectedSample {
  readonly labels: string
  readonly value: number
}

/** What a query must return at a time; nothing where `samples` is empty. */
export interface Expectation {
  /** Seconds since the test began. */
  readonly at: number
  readonly expr: string
  readonly samples: readonly ExpectedSample[]
}

/** One test of `promtool test rules`: input series, and what the rules make of them. */
export interface RuleTest {
  readonly name: string
  /** Seconds between two values of an input series. */
  readonly interval: number
  /** Values by series, as `seriesValues` writes them. */
  readonly series: Readonly<Record<string, string>>
  readonly expectations: readonly Expectation[]
}

/** A rule test as promtool reads it. */
export function promtoolTest({ name, interval, series, expectations }: RuleTest): object {
  return {
    name,
    interval: durationText(interval),
    input_series: Object.entries(series).map(([series, values]) => ({ series, values })),
    promql_expr_test: expectations.map(({ at, expr, samples }) => ({
      expr,
      eval_time: durationText(at),
      exp_samples: samples.map(({ labels, value }) => ({ labels, value })),
    })),
  }
}

/** A query returns something, once. */
export function holds(at: number, condition: string): Expectation {
  return { at, expr: `count(${condition})`, samples: [{ labels: '{}', value: 1 }] }
}

/** A query returns nothing. */
export function holdsNot(at: number, condition: string): Expectation {
  return { at, expr: condition, samples: [] }
}

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

/** A value that stays for a number of samples. */
export interface Steady {
  readonly value: number | '_'
  readonly samples: number
}

/** The same notation for values that stay: a day of one value each second is one word, not 86,400 values. */
export function steadyValues(runs: readonly Steady[]): string {
  const joined: { value: Steady['value']; samples: number }[] = []
  for (const { value, samples } of runs) {
    const last = joined.at(-1)
    if (last?.value === value) last.samples += samples
    else if (samples > 0) joined.push({ value, samples })
  }
  return joined
    .map(({ value, samples }) => {
      if (value === '_') return samples === 1 ? '_' : `_x${samples}`
      return samples < 3 ? Array(samples).fill(value).join(' ') : `${value}x${samples - 1}`
    })
    .join(' ')
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
