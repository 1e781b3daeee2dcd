import { names } from '@mnemoscope/kpi'
import type { PrometheusClient } from '../prometheus/client.js'
import { type Matrix, queryInstant, queryRange } from '../prometheus/query.js'
import {
  bucketPlaceOf,
  type PlacedBucket,
  type PlacedSample,
  placeOf,
  rowsOf,
  type SnapshotRow,
  snapshotRows,
} from './row.js'
import type { Instant } from './store.js'
import type { Intervals } from './timing.js'

/** When the newest scrape at or before an instant was. Prometheus writes `up` for every scrape, also failed ones. */
const newestScrapeQuery = 'max(timestamp(up))'

/** Seconds between two scrapes then, whatever the configuration says: only Prometheus knows how often it scrapes. */
const betweenScrapesQuery = '600 / max(count_over_time(up[10m]))'

/** Why an instant can't be known, as stored in `snapshot_instants.gap`. */
export type GapReason =
  /** Prometheus had stopped scraping by then: it was down. */
  | 'prometheus_not_scraping'
  /** Prometheus has nothing from around then: before its first scrape, or past its retention. */
  | 'prometheus_has_no_data'
  /** Prometheus scraped and recorded nothing: its rules had not run yet after a start, or failed. */
  | 'rules_not_evaluated'

/** What Prometheus says of an instant beside its series. */
export interface Signs {
  /** Unix ms of the newest scrape at or before the instant; undefined without any. */
  readonly newestScrape: number | undefined
  /** Seconds between two scrapes at that time; undefined without any. */
  readonly betweenScrapes: number | undefined
  /** Whether rules were evaluated once and are not then; only asked for where there are no rows. */
  readonly notEvaluated: boolean
}

/**
 * Why an instant can't be known, undefined where it can. Without this, an instant up to five minutes after
 * Prometheus died would be filled with its last values.
 * @param at Unix ms
 */
export function gapAt(
  at: number,
  { newestScrape, betweenScrapes = 0, notEvaluated }: Signs,
  scrapeSeconds: number,
): GapReason | undefined {
  if (newestScrape === undefined) return 'prometheus_has_no_data'
  const twoScrapes = 2_000 * Math.max(scrapeSeconds, betweenScrapes)
  if (at - newestScrape > twoScrapes + 1_000) return 'prometheus_not_scraping'
  return notEvaluated ? 'rules_not_evaluated' : undefined
}

/** Evaluates every KPI of every series at an instant, in five queries, or six, whatever their number. */
export async function takeSnapshot(
  client: PrometheusClient,
  at: Date,
  intervals: Intervals,
): Promise<Instant> {
  const ask = (query: string) => queryInstant(client, query, at)
  const [scrapes, between, buckets, ...samples] = await Promise.all(
    [newestScrapeQuery, betweenScrapesQuery, bucketQuery(intervals), ...snapshotQueries(intervals)].map(ask),
  )
  const rows = snapshotRows(samples.flat(), buckets)
  const [newest] = scrapes ?? []
  return instantOf(at.getTime(), rows, intervals, {
    newestScrape: newest === undefined ? undefined : newest.value * 1_000,
    betweenScrapes: between?.[0]?.value,
    notEvaluated: rows.length === 0 && (await ask(notEvaluatedQuery(intervals))).length > 0,
  })
}

/**
 * The same for every instant from `from` to `to` in steps of the interval, both included: equal, value by value, to
 * taking each by itself, and several times faster.
 */
export async function takeSnapshots(
  client: PrometheusClient,
  range: { readonly from: Date; readonly to: Date; readonly stepSeconds: number },
  intervals: Intervals,
): Promise<Instant[]> {
  const ask = (query: string) => queryRange(client, query, range)
  const [scrapes, between, buckets, ...answers] = await Promise.all(
    [newestScrapeQuery, betweenScrapesQuery, bucketQuery(intervals), ...snapshotQueries(intervals)].map(ask),
  )
  const samplesAt = byInstant<PlacedSample>(answers.flat(), placeOf)
  const bucketsAt = byInstant<PlacedBucket>(buckets ?? [], bucketPlaceOf)
  const scrapeAt = new Map(scrapes?.[0]?.samples.map(({ at, value }) => [at, value * 1_000]))
  const betweenAt = new Map(between?.[0]?.samples.map(({ at, value }) => [at, value]))
  const times: number[] = []
  for (let at = range.from.getTime(); at <= range.to.getTime(); at += range.stepSeconds * 1_000)
    times.push(at)
  const isComplete = times.every((at) => samplesAt.has(at))
  const [signs] = isComplete ? [] : await ask(notEvaluatedQuery(intervals))
  const notEvaluatedAt = new Set(signs?.samples.map(({ at }) => at))
  return times.map((at) =>
    instantOf(at, rowsOf(samplesAt.get(at) ?? [], bucketsAt.get(at)), intervals, {
      newestScrape: scrapeAt.get(at),
      betweenScrapes: betweenAt.get(at),
      notEvaluated: !samplesAt.has(at) && notEvaluatedAt.has(at),
    }),
  )
}

/** Samples by their time, each with its place. */
function byInstant<Placed extends { readonly place: unknown; readonly value: number }>(
  series: readonly Matrix[],
  placeIn: (labels: Matrix['labels']) => Placed['place'] | undefined,
): Map<number, Placed[]> {
  const found = new Map<number, Placed[]>()
  for (const { labels, samples } of series) {
    const place = placeIn(labels)
    if (place === undefined) continue
    for (const { at, value } of samples) {
      const own = found.get(at) ?? []
      if (own.length === 0) found.set(at, own)
      own.push({ place, value } as Placed)
    }
  }
  return found
}

function instantOf(
  at: number,
  rows: readonly SnapshotRow[],
  { scrapeSeconds }: Intervals,
  signs: Signs,
): Instant {
  const gap = gapAt(at, signs, scrapeSeconds)
  return gap === undefined ? { at: new Date(at), rows } : { at: new Date(at), gap }
}

/** The field that is recorded with the alerts. The others are of the operations since the snapshot before, once an interval. */
const judgedField: names.SnapshotField = 'current'

const identity = ['__name__', ...names.seriesLabels].join(', ')
const any = `{__name__=~"${names.snapshotSeriesPattern}"}`

/**
 * The queries for every recorded series of a snapshot, each series in one of them. After a restart of Prometheus, and while
 * evaluations fail, the last sample from before would stand for up to five minutes. So a value counts while it is from the
 * last two evaluations. What is of the operations since the snapshot before counts in the one interval that it was recorded
 * in, with one evaluation: in a second row the same operations would be there twice.
 */
function snapshotQueries({ checkSeconds, snapshotSeconds }: Intervals): readonly [string, string] {
  const judged = `{__name__=~"${names.snapshotSeriesPattern}", __name__=~".+:${judgedField}"}`
  return [
    // Ended series are not in it: staleness still counts.
    `${judged} and on (${identity}) last_over_time(${judged}[${reach(checkSeconds)}s])`,
    `last_over_time({__name__=~"${names.snapshotSeriesPattern}", __name__!~".+:${judgedField}"}[${oneInterval(snapshotSeconds)}])`,
  ]
}

/** A range of Prometheus 2 has both of its ends: a millisecond less, and each sample is in one interval. */
function oneInterval(snapshotSeconds: number): string {
  return `${snapshotSeconds * 1_000 - 1}ms`
}

/** Buckets that hold an operation, or are above one that does. */
function bucketQuery({ snapshotSeconds }: Intervals): string {
  return `last_over_time({__name__=~"${names.bucketSeries.pattern}"}[${oneInterval(snapshotSeconds)}]) > 0`
}

/**
 * Has a value where rules were evaluated once and are not at present: older values are there still, or the series that
 * every evaluation of the generated rules writes was there within a day and no longer is. Asked only for instants
 * without any series, to distinguish them from those of a system without traffic.
 */
function notEvaluatedQuery({ checkSeconds }: Intervals): string {
  const sign = (range: string) => `count(last_over_time(${names.configInfo}[${range}]))`
  return `count(${any}) or (${sign('1d')} unless ${sign(`${reach(checkSeconds)}s`)})`
}

/** Seconds that two evaluations take, and one to spare, as evaluations begin somewhat late under load. */
function reach(everySeconds: number): number {
  return Math.ceil(2 * everySeconds) + 1
}
