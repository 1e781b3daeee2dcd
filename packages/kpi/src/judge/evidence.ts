import type { Direction, Kpi } from '../kpi.js'
import { label, seriesLabels } from '../labels.js'
import { judgeSeries, type MeanMemory, recordedSeries, type ShareMemory } from '../recorded-names.js'
import type { ThresholdSeverity } from '../severity.js'
import { isQuantile, kpiAt } from '../thresholds.js'
import { comparedThreshold } from './decide.js'
import { shareSettings } from './settings.js'
import { tuning } from './tuning.js'

type Labels = Readonly<Record<string, string>>

/** A series of an answer of Prometheus, with its labels. */
export interface RecordedSample {
  readonly labels: Labels
  readonly value: number
}

/** The lanes by which a breach can be proven; `slow` stands for the middle and the slow lane together. */
export const provingLanes = ['slow', 'middle', 'fast'] as const
export type ProvingLane = (typeof provingLanes)[number]

/** How sure the judge is of the value at a place. Null is unknown, as at places that are near no threshold. */
export interface Evidence {
  /** What `least` and `most` are of: the value, or the share of operations at or beyond the threshold. */
  readonly of: 'value' | 'share'
  /** The value that people see: the middle lane's. */
  readonly value: number | null
  readonly least: number | null
  readonly most: number | null
  /** Share that may be at or beyond the threshold; null of a value. */
  readonly allowed: number | null
  /** The lane that proves the breach, of several the one that remembers most; null where none does. */
  readonly lane: ProvingLane | null
  /** Operations that this lane remembers, old ones weigh less; without one those of the middle lane. */
  readonly operations: number | null
  /** Unix seconds of the evaluation that saw the newest one. */
  readonly last_operation: number | null
}

const meanSeries: readonly MeanMemory[] = ['mean_fast', 'mean_slow', 'error_fast', 'error_middle', 'cold']
const shareSeries: readonly ShareMemory[] = [
  ...(['share_middle', 'share_slow', 'least_fast', 'least_middle', 'beyond_middle'] as const),
]
const weightOf = { fast: 'weight_fast', middle: 'weight_middle', slow: 'weight_slow' } as const

/** A query for what the judge has recorded of a KPI at these places; their labels name more than the place. */
export function evidenceQuery(kpi: Pick<Kpi, 'id'>, places: readonly Labels[]): string {
  const { low, high, lastOperation, memory } = judgeSeries
  const series = [
    ...[low(kpi), high(kpi), lastOperation(kpi), recordedSeries.current(kpi)],
    ...[...meanSeries, ...shareSeries, ...Object.values(weightOf)].map((what) => memory(kpi, what)),
  ]
  const matchers = seriesLabels.map((name) =>
    oneOf(
      name,
      places.map((labels) => labels[name] ?? ''),
    ),
  )
  return `{${[oneOf('__name__', series), ...matchers].join(', ')}}`
}

/**
 * The evidence at a place, of the answer to `evidenceQuery`.
 * @param level of the alert, with its threshold; null where none is active, and no lane has anything to prove
 * @returns null of a gauge, which is certain, and where nothing is recorded
 */
export function evidenceAt(
  kpi: Kpi,
  place: Labels,
  samples: readonly RecordedSample[],
  { severity: level, threshold }: { readonly severity: ThresholdSeverity; readonly threshold: number | null },
): Evidence | null {
  if (kpi.instrument === 'gauge') return null
  const here = samples.filter(({ labels }) =>
    seriesLabels.every((name) => (labels[name] ?? '') === (place[name] ?? '')),
  )
  if (here.length === 0) return null
  const isOfLevel = (severity: string | undefined) => severity === undefined || severity === level
  const newest = (name: string) =>
    here.find(({ labels }) => labels.__name__ === name && isOfLevel(labels[label.severity]))?.value
  const remembered = (what: MeanMemory | ShareMemory) => newest(judgeSeries.memory(kpi, what))
  const there = kpiAt(kpi, {
    model: place[label.model] ?? '',
    contextSize: place[label.contextSize] ?? '',
    operation: place[label.operation] ?? '',
  })
  const allowed = isQuantile(there.statistic) ? shareSettings(there).allowed : null
  const proven =
    threshold === null
      ? undefined
      : allowed === null
        ? laneOfMean({ ...there, threshold }, newest(recordedSeries.current(kpi)), remembered)
        : laneOfShare(allowed, remembered)
  return {
    of: allowed === null ? 'value' : 'share',
    value: newest(recordedSeries.current(kpi)) ?? null,
    least: limited(newest(judgeSeries.low(kpi)), allowed !== null),
    most: limited(newest(judgeSeries.high(kpi)), allowed !== null),
    allowed,
    lane: proven ?? null,
    operations: remembered(weightOf[proven ?? 'middle']) ?? null,
    last_operation: newest(judgeSeries.lastOperation(kpi)) ?? null,
  }
}

/** A limit of the judge as people read it: its margins lead beyond 0 and 1, where no share can be. */
function limited(limit: number | undefined, isShare: boolean): number | null {
  if (limit === undefined) return null
  return isShare ? Math.min(1, Math.max(0, limit)) : limit
}

/** Which lane limits a mean to what is at or beyond a threshold, as `judgeMean` has it. */
function laneOfMean(
  { direction, threshold }: { readonly direction: Direction; readonly threshold: number },
  middle: number | undefined,
  remembered: (what: MeanMemory) => number | undefined,
): ProvingLane | undefined {
  const sign = direction === 'higher_is_better' ? 1 : -1
  const limit = sign * comparedThreshold(threshold, direction)
  const at = (mean: number | undefined, margin: number | undefined) =>
    mean === undefined || margin === undefined ? Number.POSITIVE_INFINITY : sign * mean + margin
  const { fast: byFast, middle: byMiddle } = tuning.mean.provenBy
  const fast = remembered('mean_fast')
  // An alert never begins against what has happened last.
  if (at(fast, 0) > limit) return undefined
  const most: Readonly<Record<ProvingLane, number>> = {
    slow: Math.max(at(remembered('mean_slow'), remembered('cold') ?? 0), at(middle, 0)),
    middle: at(middle, byMiddle * (remembered('error_middle') ?? Number.POSITIVE_INFINITY)),
    fast: at(fast, byFast * (remembered('error_fast') ?? Number.POSITIVE_INFINITY)),
  }
  return provingLanes.find((lane) => most[lane] <= limit)
}

/** Which lane has certainly more operations at or beyond a threshold than are allowed, as `judgeShare` has it. */
function laneOfShare(
  allowed: number,
  remembered: (what: ShareMemory) => number | undefined,
): ProvingLane | undefined {
  const isEnough = (remembered('beyond_middle') ?? 0) >= tuning.share.leastBeyond
  const least: Readonly<Record<ProvingLane, number>> = {
    slow: isEnough ? Math.min(remembered('share_middle') ?? 0, remembered('share_slow') ?? 0) : 0,
    middle: remembered('least_middle') ?? 0,
    fast: remembered('least_fast') ?? 0,
  }
  return provingLanes.find((lane) => least[lane] >= comparedThreshold(allowed, 'lower_is_better'))
}

/** A matcher for the values of a label, as RE2 and PromQL read it. */
function oneOf(name: string, values: readonly string[]): string {
  const escaped = [...new Set(values)].map((value) => value.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return `${name}=~${JSON.stringify(escaped.join('|'))}`
}
