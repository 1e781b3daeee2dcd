/** What a label of a foreign metric has to be: a text, one of several, or none of them. An absent label is the empty text. */
export type SourceCondition = string | readonly string[] | { readonly not: string | readonly string[] }

/** Series of a metric that another program publishes. */
export interface SourceSelection {
  /** Name in Prometheus; of a histogram without `_bucket`, `_sum` and `_count`. */
  readonly metric: string
  /** Conditions by label. All must hold. */
  readonly where: Readonly<Record<string, SourceCondition>>
}

/** A label of ours: the foreign label that has it, or a value that all series get. */
export type SourceLabel = string | { readonly value: string | number }

/** Labels of ours that are made from others. One that is left out stays as the foreign metric has it. */
export interface SourceLabels {
  /** Default: the scrape job. */
  readonly service?: SourceLabel
  /** Default: the label `model`, and `_unknown` without it. */
  readonly model?: SourceLabel
  /** Default: the label `operation`, if there is one. */
  readonly operation?: SourceLabel
  /** Default: the label `context_size`, and `_unknown` without it. Its values must be classes of `contextSizes`. */
  readonly contextSize?: SourceLabel
}

/**
 * Where the measurements of a KPI come from, if another program publishes them: a histogram or a gauge (`metric`), a pair of
 * counters (`counted` and `others`), or the value of an expression (`promql`).
 */
export interface KpiSource extends Partial<SourceSelection> {
  /** Counter of the operations in the numerator of a ratio. */
  readonly counted?: SourceSelection
  /** Counter of those that are only in its denominator. */
  readonly others?: SourceSelection
  /** Expression with the KPI's value at each place. */
  readonly promql?: string
  /** Unit of the metric or the expression. */
  readonly unit: string
  /** Boundaries of the foreign histogram, in its unit, ascending. */
  readonly boundaries?: readonly number[]
  readonly labels: SourceLabels
}

/** The metrics that a source reads, by the setting that names each. */
export function sourceSelections(source: KpiSource): [setting: string, SourceSelection][] {
  const { metric, where = {}, counted, others } = source
  return [
    ...(metric === undefined ? [] : [['metric', { metric, where }] as [string, SourceSelection]]),
    ...(counted === undefined ? [] : [['counted', counted] as [string, SourceSelection]]),
    ...(others === undefined ? [] : [['others', others] as [string, SourceSelection]]),
  ]
}
