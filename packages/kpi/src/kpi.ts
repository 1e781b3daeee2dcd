import type { Span } from './boundaries.js'
import type { ThresholdSeverity } from './severity.js'
import type { KpiSource } from './source/source.js'

/** Which way of a KPI is good. Thresholds breach at and beyond their value, in the bad direction. */
export type Direction = 'higher_is_better' | 'lower_is_better'

/**
 * How single measurements become the KPI's value. `ratio` divides counts of outcomes; `newest` is the newest reading of a
 * gauge, of several instances the worst.
 */
export type Statistic = 'mean' | 'p50' | 'p90' | 'p95' | 'p99' | 'newest' | 'ratio'

/** A quantile of single operations. */
export type Quantile = Extract<Statistic, `p${number}`>

/** How a KPI is measured: a distribution of values, a value that is read, or outcomes that are counted. */
export type Instrument = 'histogram' | 'gauge' | 'counter'

/** A threshold for each level; a level without one raises no alert. */
export type Thresholds = Readonly<Partial<Record<ThresholdSeverity, number>>>

/** Outcomes that a counter KPI tells apart, and which of them make up its ratio. */
export interface Outcomes {
  /** Counter's own name, in the plural, without prefix and suffix: `adaptations`. */
  readonly counter: string
  /** Label that carries the outcome. */
  readonly label: string
  /** Outcomes in the numerator (and the denominator). */
  readonly counted: readonly string[]
  /** Outcomes in the denominator only. */
  readonly others: readonly string[]
  /** Outcomes that are counted and shown, and stay out of the ratio. */
  readonly excluded: readonly string[]
}

/**
 * What a place without a value means for its alerts. `ignore`: they end. `no_data`: they
 * end, and an alert of its own says that data is missing. `breach`: every level's alert fires.
 */
export type NoData = 'ignore' | 'no_data' | 'breach'

/** How measurements become the value that is judged, and when it raises an alert. */
export interface Judgement {
  readonly statistic: Statistic
  /**
   * How many operations the value remembers in thin traffic; heavy traffic is forgotten by time. Beside it, a third of
   * them (of a quantile a sixth) shows what has just changed, and six times as many show what is usual. Not for gauges.
   */
  readonly operations: number
  /** How long after its last operation a value is known; after that it is unknown. Not for gauges. */
  readonly expiry: string
  /** Standard deviation of single operations to assume before they have shown theirs, in the KPI's unit. Only for means and ratios. */
  readonly assumedDeviation: number
  /** How long a breach must last before it fires. */
  readonly for: string
  /** How long an alert goes on once its value has recovered. */
  readonly keepFiringFor: string
  /** Share of the threshold by which the value must be better before a firing alert ends, beside what is uncertain. Not for gauges. */
  readonly hysteresis: number
  readonly noData: NoData
  /** How long after its last value a place is expected to have another; `noData` holds for that long. */
  readonly expectedFor: string
}

/** Settings of its own for a model, an operation, a context size, or several of them; what is left out comes from the KPI. */
export interface KpiOverride extends Partial<Judgement> {
  readonly model?: string
  readonly operation?: string
  readonly contextSize?: number
  readonly thresholds: Thresholds
}

/** A key performance indicator: everything any stage of the pipeline needs to know about it. */
export interface Kpi extends Judgement {
  /** snake_case; the one name in config, code, metric, column, label and page. */
  readonly id: string
  /** The name people read: `F1 score`. */
  readonly title: string
  readonly description: string
  /** UCUM unit as OpenTelemetry writes it: `s`, `By`, `1`, or an annotation such as `{token}`. */
  readonly unit: string
  readonly instrument: Instrument
  readonly direction: Direction
  /** Usual values, both ends included. A better value is refused as impossible; a worse one is counted. Integers are rounded. */
  readonly range: { readonly min: number; readonly max: number; readonly integer: boolean }
  /**
   * Histogram boundaries in the KPI's unit, ascending; the edge of every threshold is among them, unless they are those of
   * its source. Empty unless a histogram.
   */
  readonly boundaries: readonly number[]
  /** Only for counters. */
  readonly outcomes?: Outcomes
  /** Labels of its own beside model, context_size and operation, each with the closed list of its values. */
  readonly labels: Readonly<Record<string, readonly string[]>>
  readonly thresholds: Thresholds
  /** What the ratio is to reach (or stay below) over time; where it is set, alerts tell how fast the rest is used up. Only for counters. */
  readonly target?: number
  readonly overrides: readonly KpiOverride[]
  /** Page that tells what to do when it alerts: below the prefix of runbook links, or a whole address. */
  readonly runbook: string
  /** Where its measurements come from, if another program publishes them. Default: services with the instrumentation. */
  readonly source?: KpiSource
}

/** A KPI as the catalog and the config declare it: what can be left out has a default. */
export type KpiDeclaration = Pick<
  Kpi,
  'title' | 'description' | 'unit' | 'instrument' | 'direction' | 'range' | 'statistic'
> &
  Partial<Omit<Kpi, 'id' | 'boundaries'>> & {
    /** Boundaries, or values between which they are laid. */
    readonly boundaries?: readonly number[] | Span
  }
