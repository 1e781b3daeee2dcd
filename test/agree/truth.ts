import {
  isQuantile,
  type Kpi,
  meanSettings,
  quantileOf,
  rememberMean,
  rememberShare,
  shareSettings,
  type ThresholdSeverity,
} from '@mnemoscope/kpi'
import { judge } from '../truth/judge.js'
import type { Operation } from '../truth/operations.js'
import { spansOf } from '../truth/oracle.js'
import { scrapeSeconds, scrapes } from './exposed.js'
import { checkSeconds, snapshotSeconds } from './recorded.js'
import type { Place, Traffic } from './traffic.js'

/** What a number may be: the same at both ends where it is known exactly. */
export interface Range {
  readonly low: number
  readonly high: number
}

/** A number that is known; sums differ in their last bits with the order in which they are added up. */
export function exactly(value: number): Range {
  const within = Math.max(1e-12, Math.abs(value) * 1e-9)
  return { low: value - within, high: value + within }
}

/** An operation with the number of the snapshot that counts it: minutes since the traffic began. */
interface Counted extends Operation {
  readonly minute: number
}

/** One KPI of a place at one instant. */
export interface KnownRow {
  readonly place: Place
  readonly kpi: Kpi
  readonly minute: number
  /** The judged value. */
  readonly value: Range | undefined
  /** Values of the operations since the snapshot before; of a gauge its readings. */
  readonly values: readonly number[]
}

/** An alert of a threshold, in seconds since the traffic began. */
export interface KnownAlert {
  readonly place: Place
  readonly kpi: Kpi
  readonly severity: ThresholdSeverity
  readonly from: number
  /** Undefined for one that fires. */
  readonly to: number | undefined
}

/** The snapshot that counts an operation: the first one at or after the scrape that saw it. */
const minuteOf = ({ at }: Operation) =>
  Math.ceil((Math.ceil(at / scrapeSeconds) * scrapeSeconds) / snapshotSeconds)

function operationsOf({ pattern }: Traffic): Counted[] {
  return pattern.lives
    .flatMap(({ operations }) => operations)
    .map((operation) => ({ ...operation, minute: minuteOf(operation) }))
}

/** What is judged at each evaluation, in seconds since the traffic began. */
interface Judged {
  /** The value that people see. */
  readonly value: Range
  /** What an alert may show: that value or, where only the newest operations prove the breach, theirs. */
  readonly shown: Range
}

/** What happened: rows of snapshots and alerts, by plain code from the raw values. */
export interface Truth {
  readonly rows: readonly KnownRow[]
  readonly alerts: readonly KnownAlert[]
  /** What an alert may have shown at an evaluation. */
  shownBy(alert: Pick<KnownAlert, 'place' | 'kpi'>, second: number): Range | undefined
}

export function truthOf(traffic: readonly Traffic[], minutes: number): Truth {
  const judged = new Map(traffic.map((each) => [each, judgedOf(each, minutes)]))
  return {
    rows: traffic.flatMap((each) => rowsOf(each, judged.get(each) ?? new Map(), minutes)),
    alerts: traffic.flatMap((each) => alertsOf(each, minutes)),
    shownBy({ place, kpi }, second) {
      const own = traffic.find((each) => each.place === place && each.kpi === kpi)
      return own && judged.get(own)?.get(second)?.shown
    },
  }
}

function judgedOf(traffic: Traffic, minutes: number): Map<number, Judged> {
  const { kpi } = traffic
  if (kpi.instrument === 'gauge') return newestReadings(traffic, minutes)
  return isQuantile(kpi.statistic) ? judgedQuantiles(traffic, minutes) : judgedMeans(traffic, minutes)
}

function rowsOf(traffic: Traffic, judged: ReadonlyMap<number, Judged>, minutes: number): KnownRow[] {
  const { place, kpi } = traffic
  const values = kpi.instrument === 'gauge' ? readings(traffic) : byMinute(operationsOf(traffic))
  return Array.from({ length: minutes }, (_, i) => i + 1).flatMap((minute): KnownRow[] => {
    const value = judged.get(minute * snapshotSeconds)?.value
    const own = values.get(minute) ?? []
    return value === undefined && own.length === 0 ? [] : [{ place, kpi, minute, value, values: own }]
  })
}

function byMinute(operations: readonly Counted[]): Map<number, number[]> {
  const found = new Map<number, number[]>()
  for (const { minute, value } of operations) found.set(minute, [...(found.get(minute) ?? []), value])
  return found
}

/** Readings of a gauge by the snapshot that counts them: one at each scrape of an instance. */
function readings(traffic: Traffic): Map<number, number[]> {
  const found = new Map<number, number[]>()
  for (const { at, series } of [...scrapes(traffic).values()].flat()) {
    const [totals] = series
    const minute = Math.ceil(at / snapshotSeconds)
    if (totals !== undefined) found.set(minute, [...(found.get(minute) ?? []), totals.sum])
  }
  return found
}

/** The worst of the instances' newest readings, of those that were read in the last two scrapes. */
function newestReadings(traffic: Traffic, minutes: number): Map<number, Judged> {
  const worst = traffic.kpi.direction === 'higher_is_better' ? Math.min : Math.max
  const found = new Map<number, Judged>()
  for (let at = checkSeconds; at <= minutes * 60; at += checkSeconds) {
    const newest = [...scrapes(traffic).values()].flatMap((all) => {
      const scrape = all.findLast((each) => each.at <= at)
      const value = scrape?.series[0]?.sum
      return scrape === undefined || value === undefined || at - scrape.at >= 2 * scrapeSeconds ? [] : [value]
    })
    const value = exactly(worst(...newest))
    if (newest.length > 0) found.set(at, { value, shown: value })
  }
  return found
}

/** New operations at each evaluation of the judge. */
function evaluations(traffic: Traffic, minutes: number): { at: number; count: number; sum: number }[] {
  const all = Array.from({ length: (minutes * 60) / checkSeconds }, (_, i) => ({
    at: (i + 1) * checkSeconds,
    count: 0,
    sum: 0,
  }))
  for (const { at, value } of operationsOf(traffic)) {
    const scrape = Math.ceil(at / scrapeSeconds) * scrapeSeconds
    const evaluation = all[Math.ceil(scrape / checkSeconds) - 1]
    if (evaluation === undefined) continue
    evaluation.count += 1
    evaluation.sum += value
  }
  return all
}

/** Means of the operations that the middle lane remembers. */
function judgedMeans(traffic: Traffic, minutes: number): Map<number, Judged> {
  const settings = meanSettings(traffic.kpi)
  const found = new Map<number, Judged>()
  let memory: Parameters<typeof rememberMean>[0]
  for (const { at, count, sum } of evaluations(traffic, minutes)) {
    memory = rememberMean(memory, { count, sum }, at, settings)
    if (memory === undefined) continue
    const [fast, middle] = memory.lanes.map(({ sum: total, weight }) => exactly(total / weight))
    if (fast === undefined || middle === undefined) continue
    const shown = { low: Math.min(fast.low, middle.low), high: Math.max(fast.high, middle.high) }
    found.set(at, { value: middle, shown })
  }
  return found
}

/** Quantiles of the same: each operation weighs 1 when it is new, and later what the lane keeps of it. */
function judgedQuantiles(traffic: Traffic, minutes: number): Map<number, Judged> {
  const { kpi } = traffic
  const { statistic } = kpi
  if (!isQuantile(statistic)) throw new Error(`${statistic} is no quantile`)
  const settings = shareSettings(kpi)
  const values = byMinute(operationsOf(traffic))
  const severest = Math.max(...Object.values(kpi.thresholds))
  const found = new Map<number, Judged>()
  let newest: Judged | undefined
  let memory: Parameters<typeof rememberShare>[0]
  let remembered: { value: number; weight: number }[] = []
  let total = 0
  for (const { at, count } of evaluations(traffic, minutes)) {
    memory = rememberShare(memory, { count, sum: 0 }, at, settings)
    // Between two snapshots the value stands.
    if (newest !== undefined) found.set(at, newest)
    if (at % snapshotSeconds !== 0 || memory === undefined) continue
    const minute = at / snapshotSeconds
    const came = values.get(minute) ?? []
    const { weight } = memory.lanes[1]
    if (came.length > 0) {
      const kept = total === 0 ? 0 : Math.max(0, weight - came.length) / total
      remembered = [
        ...remembered.map((each) => ({ ...each, weight: each.weight * kept })),
        ...came.map((value) => ({ value, weight: 1 })),
      ]
      total = Math.max(weight, came.length)
    }
    const value = quantileRange(remembered, quantileOf(statistic), kpi.boundaries)
    if (value === undefined) continue
    // An alert shows at least its threshold, as the share of operations beyond it proves the breach first.
    newest = { value, shown: { low: value.low, high: Math.max(value.high, severest) } }
    found.set(at, newest)
  }
  return found
}

/**
 * The bucket that holds a quantile: the least value up to which this share of the weights lies. Within it the servers
 * interpolate.
 */
export function quantileRange(
  given: readonly { readonly value: number; readonly weight: number }[],
  share: number,
  boundaries: readonly number[],
): Range | undefined {
  const sorted = [...given].sort((a, b) => a.value - b.value)
  const total = sorted.reduce((sum, { weight }) => sum + weight, 0)
  const last = boundaries.at(-1)
  if (total === 0 || last === undefined) return undefined
  const valueAt = (reached: number) => {
    let sum = 0
    for (const { value, weight } of sorted) {
      sum += weight
      if (sum >= reached) return value
    }
    return sorted.at(-1)?.value ?? Number.NaN
  }
  // Sums of weights are off in their last digits.
  const [least, most] = [valueAt(share * total * (1 - 1e-9)), valueAt(share * total * (1 + 1e-9))]
  const upper = boundaries.find((boundary) => boundary >= most) ?? last
  const lower = boundaries.findLast((boundary) => boundary < least) ?? Math.min(0, upper)
  return { low: exactly(lower).low, high: exactly(upper).high }
}

/** The upper boundary of the bucket that holds the greatest value; undefined beyond the last one. */
export function greatestBoundary(
  values: readonly number[],
  boundaries: readonly number[],
): number | undefined {
  const most = Math.max(...values)
  return boundaries.find((boundary) => boundary >= most)
}

function alertsOf(traffic: Traffic, minutes: number): KnownAlert[] {
  const { place, kpi, pattern } = traffic
  return [...judge(pattern, kpi)].flatMap(([severity, timeline]) =>
    spansOf(timeline.filter(({ at }) => at <= minutes * 60)).map(({ from, to }) => ({
      place,
      kpi,
      severity,
      from,
      to: Number.isFinite(to) ? to : undefined,
    })),
  )
}
