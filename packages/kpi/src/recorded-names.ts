import type { Kpi, Quantile } from './kpi.js'
import { seriesLabels } from './labels.js'

const level = seriesLabels.join('_')

/** Recorded series of a KPI, named `level:metric:operations`. */
export const recordedSeries = {
  /** The value that is judged, shown and stored, as the middle lane remembers it; of a gauge its newest reading. */
  current: (kpi: Pick<Kpi, 'id'>) => `${level}:mnemoscope_${kpi.id}:current`,
  /** The newest `current` for as long as a place is expected to have another; only where `noData` is not `ignore`. */
  last: (kpi: Pick<Kpi, 'id'>) => `${level}:mnemoscope_${kpi.id}:last`,
  /** Operations (of a gauge: readings) since the snapshot before. */
  samples: (kpi: Pick<Kpi, 'id'>) => `${level}:mnemoscope_${kpi.id}:samples`,
  /** Their mean, whatever statistic is judged; of outcomes their ratio. */
  mean: (kpi: Pick<Kpi, 'id'>) => `${level}:mnemoscope_${kpi.id}:mean`,
  /** Upper boundary of the highest bucket that any of them is in; only for histograms. */
  max: (kpi: Pick<Kpi, 'id'>) => `${level}:mnemoscope_${kpi.id}:max`,
  /** A quantile of them; only for histograms. */
  quantile: (kpi: Pick<Kpi, 'id'>, quantile: 'p50' | 'p95' | 'p99') =>
    `${level}:mnemoscope_${kpi.id}:${quantile}`,
  /** How many of them are in each bucket and below it, by `le` too. */
  buckets: (kpi: Pick<Kpi, 'id'>) => `${level}_le:mnemoscope_${kpi.id}_bucket:increase`,
  /** A figure over one window. */
  windowed: (kpi: Pick<Kpi, 'id'>, operation: string, window: string) =>
    `${level}:mnemoscope_${kpi.id}:${operation}_${window}`,
} as const

/** What a place remembers of its operations, and what it takes to know it; of means and ratios. */
export type MeanMemory =
  | `${'kept' | 'weight' | 'sum'}_${'fast' | 'middle' | 'slow'}`
  | 'mean_fast'
  | 'mean_slow'
  | 'error_fast'
  | 'error_middle'
  | 'distances'
  | 'evaluations'
  | 'deviation'
  | 'young'
  | 'cold'

/** The same of quantiles: of each level the weight of the operations at or beyond its threshold. */
export type ShareMemory =
  | `${'kept' | 'weight' | 'beyond' | 'near'}_${'fast' | 'middle' | 'slow'}`
  | 'share_middle'
  | 'share_slow'
  | 'least_fast'
  | 'least_middle'

/** Which counter a series of `judgeSeries.newest` is of: `count`, `sum`, `bucket`, or `start` for the start of the process. */
export const counterPart = 'mnemoscope_part'

/** Recorded series of the judge, at each place unless they say otherwise. */
export const judgeSeries = {
  /**
   * The least and the most that a KPI's value may be, by all that is known of it: compared with thresholds. Of a
   * quantile the share of operations at or beyond a threshold, by `severity`. Only at places that are near one.
   */
  low: (kpi: Pick<Kpi, 'id'>) => `${level}:mnemoscope_${kpi.id}:low`,
  high: (kpi: Pick<Kpi, 'id'>) => `${level}:mnemoscope_${kpi.id}:high`,
  /** Operations, or the sum of their values, that this evaluation sees for the first time. */
  added: (kpi: Pick<Kpi, 'id'>, what: 'count' | 'sum') => `${level}:mnemoscope_${kpi.id}:added_${what}`,
  /** New operations at or beyond a threshold of a quantile, by `severity`; 0 where none are. */
  beyond: (kpi: Pick<Kpi, 'id'>) => `${level}:mnemoscope_${kpi.id}:added_beyond`,
  /** Seconds since the evaluation that saw the operations before, while they are remembered; 0 where nothing is new. */
  elapsed: (kpi: Pick<Kpi, 'id'>) => `${level}:mnemoscope_${kpi.id}:elapsed`,
  /** How much older the memory becomes by new operations, in operations; 0 where there are none. */
  ageing: (kpi: Pick<Kpi, 'id'>) => `${level}:mnemoscope_${kpi.id}:ageing`,
  /** Unix time of the evaluation that saw the newest operation. */
  lastOperation: (kpi: Pick<Kpi, 'id'>) => `${level}:mnemoscope_${kpi.id}:last_operation`,
  /** Operations since the memory began. */
  operations: (kpi: Pick<Kpi, 'id'>) => `${level}:mnemoscope_${kpi.id}:operations`,
  /** Remembered operations in each bucket and below it, by `le` too; only where a quantile is judged. */
  rememberedBuckets: (kpi: Pick<Kpi, 'id'>) => `${level}_le:mnemoscope_${kpi.id}_bucket:remembered`,
  /** All of these, and what a snapshot keeps of those before it. */
  rememberedWeight: (kpi: Pick<Kpi, 'id'>) => `${level}:mnemoscope_${kpi.id}:remembered_weight`,
  rememberedPart: (kpi: Pick<Kpi, 'id'>) => `${level}:mnemoscope_${kpi.id}:remembered_part`,
  /** How many boundaries the remembered buckets have. */
  rememberedBoundaries: (kpi: Pick<Kpi, 'id'>) => `${level}:mnemoscope_${kpi.id}:remembered_boundaries`,
  /** Places whose operations came in other buckets than those before; usually none. */
  otherBoundaries: (kpi: Pick<Kpi, 'id'>) => `${level}:mnemoscope_${kpi.id}:other_boundaries`,
  /** A quantile of the remembered operations. */
  remembered: (kpi: Pick<Kpi, 'id'>, quantile: Quantile) =>
    `${level}:mnemoscope_${kpi.id}:remembered_${quantile}`,
  /** The fast mean where it is at or beyond the mildest threshold. No alert of a mean can begin elsewhere. */
  reached: (kpi: Pick<Kpi, 'id'>) => `${level}:mnemoscope_${kpi.id}:reached`,
  /** The fast mean of places that have just reached a threshold or have an alert: only there alerts need more. */
  near: (kpi: Pick<Kpi, 'id'>) => `${level}:mnemoscope_${kpi.id}:near`,
  /** `current` of the same places, and of those of a quantile that remember operations at or beyond a threshold. */
  nearCurrent: (kpi: Pick<Kpi, 'id'>) => `${level}:mnemoscope_${kpi.id}:near_current`,
  memory: (kpi: Pick<Kpi, 'id'>, what: MeanMemory | ShareMemory) => `${level}:mnemoscope_${kpi.id}:${what}`,
  /** By how much a counter differs from what was seen of it at the evaluation before, with all its labels. At either pace. */
  grown: (kpi: Pick<Kpi, 'id'>, what: 'count' | 'bucket', pace: 'alert' | 'snapshot') =>
    `instance:mnemoscope_${kpi.id}:${what}_grown_${pace}`,
  /** Counters that did not simply go on: they fell, their process began anew, or they are new. Usually none. */
  anew: (kpi: Pick<Kpi, 'id'>, pace: 'alert' | 'snapshot') => `instance:mnemoscope_${kpi.id}:anew_${pace}`,
  /** New operations of processes that began anew and of the old ones that had counted more; usually none. */
  tailed: (kpi: Pick<Kpi, 'id'>, pace: 'alert' | 'snapshot') =>
    `instance:mnemoscope_${kpi.id}:tailed_${pace}`,
  /** New operations of other counters that did not simply go on; usually none. */
  began: (kpi: Pick<Kpi, 'id'>, pace: 'alert' | 'snapshot') => `instance:mnemoscope_${kpi.id}:began_${pace}`,
  /** Instances of which the sum of values is not a finite number; usually none. */
  spoiled: (kpi: Pick<Kpi, 'id'>) => `instance:mnemoscope_${kpi.id}:spoiled`,
  /**
   * The newest samples of a KPI's counters and when its processes began, with all their labels, by `counterPart`. One
   * rule reads them all at once: a scrape that comes between two rules would give one of them other operations.
   */
  newest: (kpi: Pick<Kpi, 'id'>) => `instance:mnemoscope_${kpi.id}:newest`,
  /** The same of the last evaluation. */
  seen: (kpi: Pick<Kpi, 'id'>) => `instance:mnemoscope_${kpi.id}:seen`,
  /**
   * Of a KPI with a source: the foreign counters with the labels of ours, and when their processes began, by `counterPart`.
   */
  source: (kpi: Pick<Kpi, 'id'>) => `instance:mnemoscope_${kpi.id}:source`,
  /** The worst value that alerts of thresholds show now, at each place where any fires. */
  shown: (kpi: Pick<Kpi, 'id'>) => `${level}:mnemoscope_${kpi.id}:shown`,
  /** The worst value that alerts have shown, at each place that was beyond a threshold in the breach that goes on. */
  worst: (kpi: Pick<Kpi, 'id'>) => `${level}:mnemoscope_${kpi.id}:worst`,
  /** Unix time since which a threshold has been breached anywhere among the places that are alike in these labels. */
  breachedSince: (kpi: Pick<Kpi, 'id'>, labels: readonly string[]) =>
    `${labels.join('_')}:mnemoscope_${kpi.id}:breached_since`,
  /** 1 at each evaluation, one series for all places; it is absent at the first evaluation after minutes without one. */
  evaluated: (kpi: Pick<Kpi, 'id'>) => `mnemoscope_${kpi.id}:evaluated`,
} as const

/** PromQL regular expressions for the recorded buckets of every KPI: of their names, and with the KPI's id as a group. */
export const bucketSeries = {
  pattern: `${level}_le:mnemoscope_[a-z0-9_]+_bucket:increase`,
  kpiPattern: `${level}_le:mnemoscope_([a-z0-9_]+)_bucket:increase`,
} as const

/** The KPI of a recorded series of buckets, undefined for any other name. */
export function parseBucketSeries(name: string): string | undefined {
  return new RegExp(`^${bucketSeries.kpiPattern}$`).exec(name)?.[1]
}

/** The same for the worst value that alerts of thresholds have shown at each place, at each evaluation. */
export const shownSeries = {
  pattern: `${level}:mnemoscope_[a-z0-9_]+:shown`,
  kpiPattern: `^${level}:mnemoscope_([a-z0-9_]+):shown$`,
} as const

/** What a snapshot holds of a KPI; each is a recorded series. */
export const snapshotFields = ['current', 'samples', 'mean', 'p50', 'p95', 'p99', 'max'] as const
export type SnapshotField = (typeof snapshotFields)[number]

const anyField = `(${snapshotFields.join('|')})`

/** One PromQL regular expression for every recorded series that a snapshot holds. */
export const snapshotSeriesPattern = `${level}:mnemoscope_[a-z0-9_]+:${anyField}`

/**
 * The KPI and the field of a recorded series of a snapshot, undefined for any other name:
 * `job_model_context_size_operation:mnemoscope_latency:p95` is `{ kpi: 'latency', field: 'p95' }`.
 */
export function parseRecordedSeries(name: string): { kpi: string; field: SnapshotField } | undefined {
  const match = new RegExp(`^${level}:mnemoscope_([a-z0-9_]+):${anyField}$`).exec(name)
  return match ? { kpi: match[1] as string, field: match[2] as SnapshotField } : undefined
}
