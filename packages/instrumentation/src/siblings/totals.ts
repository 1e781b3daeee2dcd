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
}

/** A series of one process, with the figures of it that are counted. */
interface Source {
  readonly announced: AnnouncedSeries
  counted: Float64Array
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
    const changes = this.changes(process, batch)
    this.processes.set(id, process)
    process.leftAt = undefined
    for (const { source, before, after } of changes) {
      process.sources.set(source.announced.id, source)
      const { accumulator, values } = this.shared(source.announced, before)
      if (accumulator.kind !== 'gauge') accumulator.addFigures(before, after)
      else if (Number.isNaN(after[0])) values.delete(process)
      else values.set(process, after[0] as number)
      source.counted = after
    }
    for (const [series, bucket, exemplar] of batch.exemplars) {
      const source = process.sources.get(series)
      const accumulator = source && this.series.get(keyOf(source.announced))?.accumulator
      if (accumulator?.kind !== 'histogram' || !(bucket >= 0 && bucket < accumulator.bucketCount)) continue
      accumulator.exemplars ??= new Array(accumulator.bucketCount).fill(undefined)
      accumulator.exemplars[bucket] = exemplar
    }
    for (const series of batch.gone) {
      const source = process.sources.get(series)
      if (source !== undefined) this.series.get(keyOf(source.announced))?.values.delete(process)
      process.sources.delete(series)
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
      this.series.delete(key)
    }
  }

  /** The figures of a batch by series: those that are counted, and those to count. */
  private changes({ sources }: Process, batch: Batch) {
    const announced = new Map(batch.announced.map((each) => [each.id, each]))
    let at = 0
    const take = (length: number) => {
      if (at + length > batch.figures.length) throw new RangeError('the batch ends too early')
      at += length
      return batch.figures.slice(at - length, at)
    }
    const changes = batch.ids.map((id) => {
      const fresh = announced.get(id)
      const known = sources.get(id)
      const series = fresh ?? known?.announced
      if (series === undefined) throw new RangeError(`series ${id} was not announced`)
      const length = this.figuresOf(series)
      const elsewhere = fresh === undefined ? undefined : take(length)
      const source = known ?? { announced: series, counted: elsewhere as Float64Array }
      return { source, before: source.counted, after: take(length) }
    })
    if (at !== batch.figures.length) throw new RangeError('the batch has figures of no series')
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

  private shared(announced: AnnouncedSeries, before: Float64Array): SharedSeries {
    const key = keyOf(announced)
    const known = this.series.get(key)
    if (known !== undefined) return known
    const { direction } = this.options.metrics[announced.metric] as SharedMetric
    const metric = this.metrics[announced.metric] as Metric
    // What another process served before is not in these counts.
    const createdAt = before.every((figure) => !(figure > 0)) ? announced.createdAt : this.options.now()
    const values = new Map<Process, number>()
    const series = { labels: announced.labels, createdAt, slowPath() {} }
    const accumulator = accumulatorOf(metric.family, series, announced.outcomes)
    if (accumulator.kind === 'gauge') accumulator.observe(() => worst([...values.values()], direction))
    metric.add(accumulator)
    const shared = { key, metric, accumulator, values, counted: 0, activeAt: this.options.elapsed() }
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
