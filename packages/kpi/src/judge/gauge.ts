import type { Direction } from '../kpi.js'

/** The newest scrape of one instance's gauge. */
export interface GaugeScrape {
  /** In the KPI's unit. */
  readonly value: number
  /** Unix seconds of the scrape. */
  readonly at: number
}

/** Scrapes after which the gauge of an instance that ended is unknown. */
export const gaugeScrapes = 2

/**
 * What a place's gauge reads: the worst of its instances, each by its newest scrape. `low` and `high` are equal, because a
 * value that was read is certain.
 * @param scrapeInterval seconds between two scrapes
 * @returns undefined where no instance was scraped within the last two intervals
 */
export function judgeGauge(
  scrapes: readonly GaugeScrape[],
  at: number,
  { direction, scrapeInterval }: { readonly direction: Direction; readonly scrapeInterval: number },
): { readonly value: number; readonly low: number; readonly high: number } | undefined {
  const known = scrapes
    .filter((scrape) => at - scrape.at < gaugeScrapes * scrapeInterval)
    .map(({ value }) => value)
  if (known.length === 0) return undefined
  const value = direction === 'higher_is_better' ? Math.min(...known) : Math.max(...known)
  return { value, low: value, high: value }
}
