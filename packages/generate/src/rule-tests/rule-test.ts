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

/** Prometheus' durations have no fractions. */
function durationText(seconds: number): string {
  return Number.isInteger(seconds) ? `${seconds}s` : `${Math.round(seconds * 1_000)}ms`
}

/** A query returns something, once. */
export function holds(at: number, condition: string): Expectation {
  return { at, expr: `count(${condition})`, samples: [{ labels: '{}', value: 1 }] }
}

/** A query returns nothing. */
export function holdsNot(at: number, condition: string): Expectation {
  return { at, expr: condition, samples: [] }
}
