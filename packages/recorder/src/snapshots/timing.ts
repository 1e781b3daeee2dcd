import { type Config, durationSeconds } from '@mnemoscope/kpi'

/** How often the values of a snapshot are renewed, in seconds. */
export interface Intervals {
  readonly scrapeSeconds: number
  /** Of the rules that judge. */
  readonly checkSeconds: number
  /** Of the rules that are for people alone. */
  readonly snapshotSeconds: number
}

export function intervalsOf(config: Config): Intervals {
  return {
    scrapeSeconds: durationSeconds(config.scrapeInterval),
    checkSeconds: durationSeconds(config.alertCheckInterval),
    snapshotSeconds: durationSeconds(config.snapshotInterval),
  }
}

/** Most that a scrape may take, whatever the interval, in ms: generated Prometheus configurations say the same. */
const longestScrapeMs = 10_000

/**
 * How long after an instant it can be asked for, in ms. A scrape that started before the instant can arrive as late
 * as its timeout allows, and another second covers writing it: asked earlier, the same instant can give other values.
 */
export function settlingMs(scrapeIntervalSeconds: number): number {
  return Math.min(scrapeIntervalSeconds * 1_000, longestScrapeMs) + 1_000
}

/** The newest multiple of the interval, counted from the epoch, that is settled at `now`; Unix ms. */
export function newestInstant(now: number, intervalMs: number, settling: number): number {
  return Math.floor((now - settling) / intervalMs) * intervalMs
}

/** When the instant after the newest one is settled; Unix ms. */
export function nextSettling(now: number, intervalMs: number, settling: number): number {
  return newestInstant(now, intervalMs, settling) + intervalMs + settling
}
