import {
  boundarySpellings,
  bucketEdge,
  type Config,
  counterReach,
  countNew,
  durationSeconds,
  type Growth,
  growthOf,
  isQuantile,
  type Kpi,
  kpiAt,
  names,
  type Place,
  readingLasts,
} from '@mnemoscope/kpi'
import {
  type Column,
  type CounterColumns,
  columnsOf,
  countersOf,
  instanceKey,
  type Processes,
  processesOf,
  type Range,
} from './columns.js'

/** Operations of a place that one evaluation sees for the first time. */
export interface Added {
  count: number
  sum: number
  /** How many were at or below a boundary, by the boundary. */
  readonly upTo: Map<number, number>
}

/** What happened at one place, evaluation by evaluation, whatever was judged of it then. */
export interface PlaceHistory extends Place {
  readonly service: string
  readonly kpi: Kpi
  /** Evaluations before `start` are there for the memory only. */
  readonly start: number
  readonly range: Range
  /** New operations; of a gauge empty. */
  readonly added: readonly Added[]
  /** Readings of a gauge, the worst of its instances. */
  readonly readings: Column
}

/** The places of an operation; all where none is given. */
export function ofOperation(places: readonly PlaceHistory[], operation?: string): readonly PlaceHistory[] {
  return places.filter((place) => operation === undefined || place.operation === operation)
}

/**
 * What the metrics that Prometheus holds say of a KPI: operations are counted as the rules count them.
 * @param thresholds of a quantile: operations beyond them are counted as exactly as the buckets allow
 */
export async function historyOf(
  url: string,
  config: Pick<Config, 'scrapeInterval' | 'alertCheckInterval'>,
  kpi: Kpi,
  asked: Range,
  thresholds: readonly number[] = thresholdsOf(kpi),
): Promise<PlaceHistory[]> {
  // A memory holds what was there before.
  const warmUp = Math.ceil(durationSeconds(kpi.expiry) / asked.step) * asked.step
  const range = { ...asked, start: asked.start - (kpi.instrument === 'gauge' ? 0 : warmUp) }
  const placeOf = (labels: Readonly<Record<string, string>>) =>
    JSON.stringify(names.seriesLabels.map((label) => labels[label] ?? ''))
  const build = (key: string, added: readonly Added[], readings: Column): PlaceHistory => {
    const [service, model, contextSize, operation] = JSON.parse(key) as [string, string, string, string]
    const there = kpiAt(kpi, { model, contextSize, operation })
    return { service, model, contextSize, operation, kpi: there, start: asked.start, range, added, readings }
  }
  if (kpi.instrument === 'gauge') {
    const series = await columnsOf(url, gaugeExpression(config, kpi), range)
    return series.map(({ labels, column }) => build(placeOf(labels), [], column))
  }
  const places = new Map<string, Added[]>()
  const steps = Math.floor((range.end - range.start) / range.step) + 1
  const addedAt = (labels: Readonly<Record<string, string>>) => {
    const key = placeOf(labels)
    const known =
      places.get(key) ?? Array.from({ length: steps }, () => ({ count: 0, sum: 0, upTo: new Map() }))
    places.set(key, known)
    return known
  }
  const metric = names.metricName(kpi)
  if (kpi.outcomes !== undefined) {
    const { label, counted, others } = kpi.outcomes
    const outcomes = [...counted, ...others].join('|')
    const [processes, counters] = await Promise.all([
      processesOf(url, range),
      countersOf(url, `${metric}{${label}=~"${outcomes}"}`, range),
    ])
    for (const counter of counters) {
      const isCounted = counted.includes(counter.labels[label] ?? '')
      const added = addedAt(counter.labels)
      for (const [i, growth] of growthsOf(counter, processes, range.step).entries()) {
        const count = countNew(readingAt(counter, i, range.step), growth)
        const there = added[i] as Added
        there.count += count
        if (isCounted) there.sum += count
      }
    }
    return [...places].map(([key, added]) => build(key, added, []))
  }
  const isOfShares = isQuantile(kpi.statistic)
  const ofBuckets = async () => {
    if (!isOfShares) return []
    const edges = await edgesOf(url, kpi, range, thresholds)
    const spellings = edges.flatMap(boundarySpellings).map((each) => each.replace(/[.+]/g, '[$&]'))
    return edges.length === 0 ? [] : countersOf(url, `${metric}_bucket{le=~"${spellings.join('|')}"}`, range)
  }
  const [processes, counts, sums, buckets] = await Promise.all([
    processesOf(url, range),
    countersOf(url, `${metric}_count`, range),
    isOfShares ? [] : countersOf(url, `${metric}_sum`, range),
    ofBuckets(),
  ])
  const seriesKey = ({ labels: { __name__: _, le: __, ...labels } }: CounterColumns) =>
    JSON.stringify(Object.entries(labels).sort())
  const sumOf = new Map(sums.map((counter) => [seriesKey(counter), counter]))
  const bucketsOf = grouped(buckets, seriesKey)
  for (const counter of counts) {
    const added = addedAt(counter.labels)
    const sum = sumOf.get(seriesKey(counter))
    const own = bucketsOf.get(seriesKey(counter)) ?? []
    for (const [i, growth] of growthsOf(counter, processes, range.step).entries()) {
      const there = added[i] as Added
      const grown = (of: CounterColumns) => countNew(readingAt(of, i, range.step), growth)
      there.count += grown(counter)
      if (sum !== undefined) there.sum += grown(sum)
      for (const bucket of own) {
        const boundary = Number(bucket.labels.le)
        there.upTo.set(boundary, (there.upTo.get(boundary) ?? 0) + grown(bucket))
      }
    }
  }
  return [...places].map(([key, added]) => build(key, added, []))
}

/** The same place, judged by other settings of its KPI. */
export function forKpi(place: PlaceHistory, kpi: Kpi): PlaceHistory {
  return { ...place, kpi: kpiAt(kpi, place) }
}

/** When a place has its first and its last value, Unix seconds; undefined where it has none. */
export function seenIn({ kpi, start, range, added, readings }: PlaceHistory) {
  const there = kpi.instrument === 'gauge' ? readings : added.map(({ count }) => count || undefined)
  const first = there.findIndex((each) => each !== undefined)
  if (first < 0) return undefined
  const at = (index: number) => Math.max(start, range.start + index * range.step)
  return { from: at(first), to: at(there.findLastIndex((each) => each !== undefined) + 1) }
}

/** Every threshold of a KPI, also those of overrides. */
export function thresholdsOf({ thresholds, overrides }: Kpi): number[] {
  return [thresholds, ...overrides.map((override) => override.thresholds)].flatMap((each) =>
    Object.values(each ?? {}),
  )
}

function gaugeExpression(
  { scrapeInterval, alertCheckInterval }: Pick<Config, 'scrapeInterval' | 'alertCheckInterval'>,
  kpi: Kpi,
): string {
  const metric = names.metricName(kpi)
  const seconds = readingLasts({
    scrapeInterval: durationSeconds(scrapeInterval),
    evaluationInterval: durationSeconds(alertCheckInterval),
  })
  const worst = kpi.direction === 'higher_is_better' ? 'min' : 'max'
  return `${worst} by (${names.seriesLabels.join(', ')}) (${metric} or last_over_time(${metric}[${seconds}s]))`
}

/** The boundaries of the buckets there are that are nearest to the edges of thresholds. */
async function edgesOf(
  url: string,
  kpi: Kpi,
  range: Range,
  thresholds: readonly number[],
): Promise<number[]> {
  const step = Math.max(range.step, Math.ceil((range.end - range.start) / 100 / range.step) * range.step)
  const known = await columnsOf(url, `count by (le) (${names.metricName(kpi)}_bucket)`, { ...range, step })
  const boundaries = known.map(({ labels }) => Number(labels.le)).filter(Number.isFinite)
  return [...new Set(thresholds.flatMap((threshold) => edgeOf(kpi, threshold, boundaries) ?? []))]
}

/** The boundary that divides operations at a threshold; undefined where there is none. */
export function edgeOf(
  { direction }: Pick<Kpi, 'direction'>,
  threshold: number,
  boundaries: readonly number[],
) {
  const edge = bucketEdge(direction, threshold)
  const distance = (boundary: number) => Math.abs(boundary - edge)
  return boundaries.reduce<number | undefined>(
    (nearest, each) => (nearest === undefined || distance(each) < distance(nearest) ? each : nearest),
    undefined,
  )
}

/** A counter at an evaluation; what was seen before is looked for as far back as the rules do. */
function readingAt({ now, highest }: CounterColumns, i: number, step: number) {
  let before: number | undefined
  for (let j = i - 1; before === undefined && j >= 0 && (i - j) * step < counterReach; j--) before = now[j]
  return { now: now[i], before, highest: highest[i] }
}

/** How the operations of a counter are counted at each evaluation. */
function growthsOf(counter: CounterColumns, { starts, uptimes }: Processes, step: number): Growth[] {
  const key = instanceKey(counter.labels)
  const [start = [], uptime = []] = [starts.get(key), uptimes.get(key)]
  return counter.now.map((_, i) => {
    const [now, before] = [start[i], i === 0 ? undefined : start[i - 1]]
    const hasRestarted = now !== undefined && before !== undefined && now - before > 1
    const isYoung = uptime[i] !== undefined && (uptime[i] as number) < counterReach
    const wasSeen = i > 0 && (before !== undefined || counter.now[i - 1] !== undefined)
    return growthOf(readingAt(counter, i, step), { hasRestarted, isKnown: wasSeen || isYoung })
  })
}

function grouped<T>(all: readonly T[], keyOf: (each: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const each of all) groups.set(keyOf(each), [...(groups.get(keyOf(each)) ?? []), each])
  return groups
}
