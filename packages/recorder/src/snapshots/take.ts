import { names } from '@mnemoscope/kpi'
import type { PrometheusClient } from '../prometheus/client.js'
import { queryInstant, queryRange } from '../prometheus/query.js'
import { type PlacedSample, placeOf, rowsOf, type SnapshotRow, snapshotRows } from './row.js'
import type { Instant } from './store.js'

/** Every recorded series of a snapshot. */
const snapshotQuery = `{__name__=~"${names.snapshotSeriesPattern}"}`

/** When the newest scrape at or before an instant was. Prometheus writes `up` for every scrape, also failed ones. */
const newestScrapeQuery = 'max(timestamp(up))'

/** Why an instant can't be known, as stored in `snapshot_instants.gap`. */
export type GapReason =
  /** Prometheus had stopped scraping by then: it was down. */
  | 'prometheus_not_scraping'
  /** Prometheus has nothing from around then: before its first scrape, or past its retention. */
  | 'prometheus_has_no_data'

/**
 * Why an instant can't be known, undefined where it can. Without this, an instant up to five minutes after
 * Prometheus died would be filled with its last words.
 * @param at Unix ms
 * @param newestScrape Unix ms of the newest scrape at or before the instant; undefined without any
 */
export function gapAt(
  at: number,
  newestScrape: number | undefined,
  scrapeIntervalSeconds: number,
): GapReason | undefined {
  if (newestScrape === undefined) return 'prometheus_has_no_data'
  return at - newestScrape > 2_000 * scrapeIntervalSeconds + 1_000 ? 'prometheus_not_scraping' : undefined
}

/** Evaluates every KPI of every series at an instant, in two queries whatever their number. */
export async function takeSnapshot(
  client: PrometheusClient,
  at: Date,
  scrapeIntervalSeconds: number,
): Promise<Instant> {
  const [samples, scrapes] = await Promise.all([
    queryInstant(client, snapshotQuery, at),
    queryInstant(client, newestScrapeQuery, at),
  ])
  const [newest] = scrapes
  const newestScrape = newest === undefined ? undefined : newest.value * 1_000
  return instantOf(at.getTime(), () => snapshotRows(samples), newestScrape, scrapeIntervalSeconds)
}

/**
 * The same for every instant from `from` to `to` in steps of the interval, both included: equal, value by value, to
 * taking each by itself, and several times faster.
 */
export async function takeSnapshots(
  client: PrometheusClient,
  range: { readonly from: Date; readonly to: Date; readonly stepSeconds: number },
  scrapeIntervalSeconds: number,
): Promise<Instant[]> {
  const [series, scrapes] = await Promise.all([
    queryRange(client, snapshotQuery, range),
    queryRange(client, newestScrapeQuery, range),
  ])
  const samplesAt = new Map<number, PlacedSample[]>()
  for (const { labels, samples } of series) {
    const place = placeOf(labels)
    if (place === undefined) continue
    for (const { at, value } of samples) {
      const own = samplesAt.get(at) ?? []
      if (own.length === 0) samplesAt.set(at, own)
      own.push({ place, value })
    }
  }
  const scrapeAt = new Map(scrapes[0]?.samples.map(({ at, value }) => [at, value * 1_000]))
  const instants: Instant[] = []
  for (let at = range.from.getTime(); at <= range.to.getTime(); at += range.stepSeconds * 1_000) {
    const rows = () => rowsOf(samplesAt.get(at) ?? [])
    instants.push(instantOf(at, rows, scrapeAt.get(at), scrapeIntervalSeconds))
  }
  return instants
}

function instantOf(
  at: number,
  rows: () => SnapshotRow[],
  newestScrape: number | undefined,
  scrapeIntervalSeconds: number,
): Instant {
  const gap = gapAt(at, newestScrape, scrapeIntervalSeconds)
  return gap === undefined ? { at: new Date(at), rows: rows() } : { at: new Date(at), gap }
}
