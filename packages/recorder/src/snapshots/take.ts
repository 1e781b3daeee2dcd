import { names } from '@mnemoscope/kpi'
import type { PrometheusClient } from '../prometheus/client.js'
import { queryInstant } from '../prometheus/query.js'
import { snapshotRows } from './row.js'
import type { Instant } from './store.js'

/** Every recorded series of a snapshot. */
export const snapshotQuery = `{__name__=~"${names.snapshotSeriesPattern}"}`

/** When the newest scrape at or before an instant was. Prometheus writes `up` for every scrape, also failed ones. */
export const newestScrapeQuery = 'max(timestamp(up))'

/** Why an instant can't be known, as stored in `snapshot_instants.gap`. */
export const gapReason = {
  /** Prometheus scraped nothing around the instant: it was down, or had no target. */
  notScraping: 'prometheus_not_scraping',
} as const

/**
 * Whether Prometheus was at work at an instant. Without this, an instant up to five minutes after Prometheus died
 * would be filled with its last words.
 * @param newestScrape Unix ms of the newest scrape at or before the instant; undefined without any
 */
export function wasScraping(
  at: number,
  newestScrape: number | undefined,
  scrapeIntervalSeconds: number,
): boolean {
  return newestScrape !== undefined && at - newestScrape <= 2_000 * scrapeIntervalSeconds + 1_000
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
  return wasScraping(at.getTime(), newestScrape, scrapeIntervalSeconds)
    ? { at, rows: snapshotRows(samples) }
    : { at, gap: gapReason.notScraping }
}
