import type { Direction } from '@mnemoscope/kpi'
import { CounterAccumulator, countedOutcomes } from '../accumulate/counter.js'
import { GaugeAccumulator } from '../accumulate/gauge.js'
import { histogramClass, histogramSlots, paddedBoundaries } from '../accumulate/histogram.js'
import { isIdle, type Use } from '../accumulate/idle.js'
import { type Accumulator, type Family, type Metric, metric } from '../accumulate/metric.js'
import type { Series } from '../accumulate/series.js'
import type { AnnouncedSeries, Batch } from './counted.js'

/** A metric that several processes add up. */
export interface SharedMetric {
  readonly metric: Metric
  /** A gauge shows the worst value of all processes. */
  readonly direction: Direction
}

export interface TotalsOptions {
  readonly metrics: readonly SharedMetric[]
  /** Milliseconds after which a series without a change ends. */
  readonly evictAfter: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Monotonic milliseconds. */
  readonly elapsed: () => number
}

/** A series that all processes share. */
interface SharedSeries extends Use {
  readonly key: string
  readonly metric: Metric
  readonly accumulator: Accumulator
  /** The value of a gauge in each process that has one. */
  readonly values: Map<Process, number>
  hasEnded: boolean
}

/** A series of one process, with the figures of it that are counted. */
interface Source {
  readonly announced: AnnouncedSeries
  readonly counted: Float64Array
  shared: SharedSeries | undefined
}

interface Process {
  readonly sources: Map<number, Source>
  /** When it left, in monotonic milliseconds. */
  leftAt: number | undefined
}

/** A process that comes back within this time is known: what it sends again counts once. */
const rememberedMilliseconds = 60_000

/** What several processes of a service have counted together: each operation once, also those of a process that has ended. */
export class Totals {
  /** The metrics to serve, in the order in which they were given. */
  readonly metrics: readonly Metric[]
  private readonly series = new Map<string, SharedSeries>()
  private readonly processes = new Map<string, Process>()

  constructor(private readonly options: TotalsOptions) {
    this.metrics = options.metrics.map(({ metric: { family, latest } }) => metric(family, latest))
  }

  /**
   * Counts what a process has counted since its last batch.
   * @throws RangeError if the batch does not fit the metrics; nothing of it is counted then
   */
  add(id: string, batch: Batch): void {
    const process = this.processes.get(id) ?? { sources: new Map<number, Source>(), leftAt: undefined }
    const { sources } = process
    const { figures } = batch
    const changes = this.changes(process, batch)
    this.processes.set(id, process)
    process.leftAt = undefined
    for (const { source, at } of changes) {
      sources.set(source.announced.id, source)
      const { accumulator, values } = this.shared(source)
      if (accumulator.kind !== 'gauge') accumulator.addFigures(source.counted, figures, at)
      else if (Number.isNaN(figures[at])) values.delete(process)
      else values.set(process, figures[at] as number)
      for (let i = 0; i < source.counted.length; i++) source.counted[i] = figures[at + i] as number
    }
    for (const [series, bucket, exemplar] of batch.exemplars) {
      const accumulator = sources.get(series)?.shared?.accumulator
      if (accumulator?.kind !== 'histogram' || !(bucket >= 0 && bucket < accumulator.bucketCount)) continue
      accumulator.exemplars ??= new Array(accumulator.bucketCount).fill(undefined)
      accumulator.exemplars[bucket] = exemplar
    }
    for (const series of batch.gone) {
      sources.get(series)?.shared?.values.delete(process)
      sources.delete(series)
    }
  }

  /** A process has ended, or its connection has: its counts stay, the values of its gauges go. */
  leave(id: string): void {
    const process = this.processes.get(id)
    if (process === undefined) return
    process.leftAt = this.options.elapsed()
    for (const { values } of this.series.values()) values.delete(process)
  }

  /** Ends series that have not changed for long, and forgets processes that left long ago. */
  sweep(): void {
    const at = this.options.elapsed()
    for (const [id, { leftAt }] of this.processes) {
      if (leftAt !== undefined && at - leftAt > rememberedMilliseconds) this.processes.delete(id)
    }
    for (const shared of this.series.values()) {
      const { accumulator, values, metric, key } = shared
      const used = accumulator.kind === 'gauge' ? 0 : accumulator.count()
      if (!isIdle(shared, values.size > 0 ? Number.POSITIVE_INFINITY : used, at, this.options.evictAfter))
        continue
      metric.remove(accumulator)
      shared.hasEnded = true
      this.series.delete(key)
    }
  }

  /** The series of a batch, and where their figures begin. */
  private changes({ sources }: Process, batch: Batch): { source: Source; at: number }[] {
    const announced = new Map(batch.announced.map((each) => [each.id, each]))
    let end = 0
    const next = (length: number) => {
      end += length
      if (end > batch.figures.length) throw new RangeError('the batch ends too early')
      return end - length
    }
    const changes = batch.ids.map((id) => {
      const fresh = announced.get(id)
      let source = sources.get(id)
      if (fresh !== undefined) {
        const length = this.figuresOf(fresh)
        const at = next(length)
        source ??= { announced: fresh, counted: batch.figures.slice(at, at + length), shared: undefined }
      }
      if (source === undefined) throw new RangeError(`series ${id} was not announced`)
      return { source, at: next(source.counted.length) }
    })
    if (end !== batch.figures.length) throw new RangeError('the batch has figures of no series')
    return changes
  }

  private figuresOf({ metric, outcomes }: AnnouncedSeries): number {
    const family = this.options.metrics[metric]?.metric.family
    if (family === undefined) throw new RangeError(`there is no metric ${metric}`)
    if (family.instrument === 'gauge') return 1
    if (family.instrument === 'histogram') return family.boundaries.length + 3
    if (outcomes === undefined) throw new RangeError(`a series of ${family.name} has no outcomes`)
    return outcomes.outcomes.length + 1
  }

  /** The series that this one is a part of; made on first use, and again after its end. */
  private shared(source: Source): SharedSeries {
    if (source.shared !== undefined && !source.shared.hasEnded) return source.shared
    const key = keyOf(source.announced)
    source.shared = this.series.get(key) ?? this.newSeries(key, source)
    return source.shared
  }

  private newSeries(key: string, { announced, counted }: Source): SharedSeries {
    const { direction } = this.options.metrics[announced.metric] as SharedMetric
    const metric = this.metrics[announced.metric] as Metric
    // What another process served before is not in these counts.
    const createdAt = counted.every((figure) => !(figure > 0)) ? announced.createdAt : this.options.now()
    const values = new Map<Process, number>()
    const series = { labels: announced.labels, createdAt, slowPath() {} }
    const accumulator = accumulatorOf(metric.family, series, announced.outcomes)
    if (accumulator.kind === 'gauge') accumulator.observe(() => worst([...values.values()], direction))
    metric.add(accumulator)
    const use = { counted: 0, activeAt: this.options.elapsed() }
    const shared = { key, metric, accumulator, values, hasEnded: false, ...use }
    this.series.set(key, shared)
    return shared
  }
}

function keyOf({ metric, labels }: AnnouncedSeries): string {
  return `${metric} ${labels.text}`
}

function accumulatorOf(family: Family, series: Series, outcomes: AnnouncedSeries['outcomes']): Accumulator {
  if (family.instrument === 'gauge')
    return new GaugeAccumulator(series, false, (value) =>
      Number.isNaN(value) ? undefined : (value as number),
    )
  if (family.instrument === 'counter') {
    const counted = countedOutcomes(outcomes?.label, outcomes?.outcomes ?? [])
    return new CounterAccumulator(series, new Float64Array(counted.outcomes.length + 1), 0, counted)
  }
  const { boundaries } = family
  const Histogram = histogramClass(boundaries.length)
  const slab = new Float64Array(histogramSlots(boundaries.length))
  return new Histogram(series, slab, 0, paddedBoundaries(boundaries), boundaries.length + 1, false)
}

function worst(values: readonly number[], direction: Direction): number {
  if (values.length === 0) return Number.NaN
  return direction === 'higher_is_better' ? Math.min(...values) : Math.max(...values)
}
