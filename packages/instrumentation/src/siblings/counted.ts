import type { CountedOutcomes } from '../accumulate/counter.js'
import type { Exemplar } from '../accumulate/histogram.js'
import type { Accumulator, Collection, Metric } from '../accumulate/metric.js'
import type { LabelSet, Series } from '../accumulate/series.js'

/** A series that is named for the first time on a connection. */
export interface AnnouncedSeries {
  readonly id: number
  /** Index of its metric: siblings have the same metrics in the same order. */
  readonly metric: number
  readonly labels: LabelSet
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  /** Those of a counter. */
  readonly outcomes?: Pick<CountedOutcomes, 'label' | 'outcomes'>
}

/**
 * What a process has counted: totals, not differences, so that a batch that comes twice counts once. For each id `figures`
 * has those of its accumulator; an announced series has those that another process served before in front of them.
 */
export interface Batch {
  readonly number: number
  readonly announced: readonly AnnouncedSeries[]
  readonly ids: readonly number[]
  /** Series that have ended. */
  readonly gone: readonly number[]
  readonly exemplars: readonly (readonly [id: number, bucket: number, exemplar: Exemplar])[]
  readonly figures: Float64Array
}

/** A series, and what the process with the port knows of it. */
interface Tracked {
  readonly id: number
  readonly accumulator: Accumulator
  readonly metric: number
  /** The figures of the last batch; undefined before the series is announced. */
  sent: Float64Array | undefined
  /** The figures that have been scraped: no other process may serve them again. */
  scraped: Float64Array
  exemplarsAt: number
}

/** Number of figures of an accumulator: a gauge has its value alone. */
function figuresOf(accumulator: Accumulator): number {
  return accumulator.kind === 'gauge' ? 1 : accumulator.figures()
}

/** Reads what this process has counted, for the process that serves it. */
export class Counted {
  private readonly series = new Map<Series, Tracked>()
  private marked: readonly (readonly [Tracked, Float64Array])[] = []
  private readonly scratches = new Map<number, Float64Array>()
  private nextId = 0
  private nextNumber = 0

  constructor(private readonly metrics: readonly Metric[]) {}

  /** Begins with another listener, who knows nothing: all series are announced again. */
  begin(): void {
    this.marked = []
    for (const tracked of this.series.values()) tracked.sent = undefined
  }

  /**
   * What changed since the last batch; undefined where nothing did.
   * @param collection with it, gauges are read too
   */
  batch(collection?: Collection): Batch | undefined {
    const announced: AnnouncedSeries[] = []
    const ids: number[] = []
    const exemplars: [number, number, Exemplar][] = []
    const parts: Float64Array[] = []
    const alive = new Set<Series>()
    for (const [index, metric] of this.metrics.entries()) {
      const fallback = collection?.fallback(metric.family.name)
      for (const accumulator of metric.series) {
        alive.add(accumulator.series)
        if (accumulator.kind === 'gauge' && collection === undefined) continue
        const tracked = this.known(accumulator, index)
        const read = this.scratch(tracked.scraped.length)
        if (accumulator.kind === 'gauge') read[0] = accumulator.current(fallback) ?? Number.NaN
        else accumulator.readFigures(read)
        if (tracked.sent !== undefined && isSame(tracked.sent, read)) continue
        const figures = read.slice()
        if (tracked.sent === undefined) {
          announced.push(announcement(tracked))
          parts.push(tracked.scraped)
        }
        ids.push(tracked.id)
        parts.push(figures)
        tracked.sent = figures
        exemplars.push(...newExemplars(tracked))
      }
    }
    const gone = this.forget(alive)
    if (ids.length === 0 && gone.length === 0) return undefined
    return { number: this.nextNumber++, announced, ids, gone, exemplars, figures: joined(parts) }
  }

  /** Remembers what has been sent so far: a scrape is about to have it. */
  mark(): void {
    this.marked = [...this.series.values()].flatMap((each) =>
      each.sent === undefined ? [] : [[each, each.sent] as const],
    )
  }

  /** What was marked has been scraped. */
  confirm(): void {
    for (const [tracked, figures] of this.marked) tracked.scraped = figures
    this.marked = []
  }

  /** Memory to read into: most series have not changed. */
  private scratch(length: number): Float64Array {
    const known = this.scratches.get(length) ?? new Float64Array(length)
    this.scratches.set(length, known)
    return known
  }

  private known(accumulator: Accumulator, metric: number): Tracked {
    const known = this.series.get(accumulator.series)
    if (known !== undefined) return known
    const scraped = new Float64Array(figuresOf(accumulator))
    const tracked = { id: this.nextId++, accumulator, metric, sent: undefined, scraped, exemplarsAt: 0 }
    this.series.set(accumulator.series, tracked)
    return tracked
  }

  /** Forgets series that have ended; gives the ids of those that were announced. */
  private forget(alive: ReadonlySet<Series>): number[] {
    if (alive.size === this.series.size) return []
    const gone: number[] = []
    for (const [series, { id, sent }] of this.series) {
      if (alive.has(series)) continue
      this.series.delete(series)
      if (sent !== undefined) gone.push(id)
    }
    return gone
  }
}

function announcement({ id, metric, accumulator }: Tracked): AnnouncedSeries {
  const { labels, createdAt } = accumulator.series
  if (accumulator.kind !== 'counter') return { id, metric, labels, createdAt }
  const { label, outcomes } = accumulator.counted
  return { id, metric, labels, createdAt, outcomes: { label, outcomes } }
}

function isSame(before: Float64Array, now: Float64Array): boolean {
  for (let i = 0; i < now.length; i++) if (!Object.is(before[i], now[i])) return false
  return true
}

function newExemplars(tracked: Tracked): [number, number, Exemplar][] {
  const { accumulator, exemplarsAt } = tracked
  const exemplars = accumulator.kind === 'histogram' ? accumulator.exemplars : undefined
  if (exemplars === undefined) return []
  return exemplars.flatMap((exemplar, bucket) => {
    if (exemplar === undefined || exemplar.at <= exemplarsAt) return []
    tracked.exemplarsAt = Math.max(tracked.exemplarsAt, exemplar.at)
    return [[tracked.id, bucket, exemplar] as [number, number, Exemplar]]
  })
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
