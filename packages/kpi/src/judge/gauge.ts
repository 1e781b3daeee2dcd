import type { Direction } from '../kpi.js'

/** The newest scrape of one instance's gauge. */
export interface GaugeScrape {
  /** In the KPI's unit. */
  readonly value: number
  /** Unix seconds of the scrape. */
  readonly at: number
}

/** What decides how long the last reading of an instance counts. */
export interface GaugePace {
  /** Seconds between two scrapes. */
  readonly scrapeInterval: number
  /** Seconds between two evaluations. */
  readonly evaluationInterval: number
}

/**
 * Seconds for which the last reading of an instance counts. One scrape may fail; and an evaluation comes between the first
 * one that is missing and the end of the value, so that an alert can say that it ends for lack of readings.
 */
export function readingLasts({ scrapeInterval, evaluationInterval }: GaugePace): number {
  return scrapeInterval + Math.max(scrapeInterval, evaluationInterval)
}

/**
 * What a place's gauge reads: the worst of its instances, each by its newest scrape. `low` and `high` are equal, because a
 * value that was read is certain.
 * @returns undefined where no instance has a reading that still counts
 */
export function judgeGauge(
  scrapes: readonly GaugeScrape[],
  at: number,
  { direction, ...pace }: GaugePace & { readonly direction: Direction },
): { readonly value: number; readonly low: number; readonly high: number } | undefined {
  const known = scrapes.filter((scrape) => at - scrape.at < readingLasts(pace)).map(({ value }) => value)
  if (known.length === 0) return undefined
  const value = direction === 'higher_is_better' ? Math.min(...known) : Math.max(...known)
  return { value, low: value, high: value }
}
