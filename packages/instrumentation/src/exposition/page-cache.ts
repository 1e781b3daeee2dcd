import type { Family } from '../metric/family.js'
import type { Metric } from '../metric/metric.js'
import { type ExpositionFormat, type FamilyText, familyText } from './family-text.js'
import { type Page, pagesOf } from './pages.js'

/** The text of one family, and of its series. */
export interface FamilyPages {
  readonly text: FamilyText
  readonly pages: readonly Page[]
}

export interface MetricPages {
  readonly measured: FamilyPages
  readonly latest: FamilyPages | undefined
}

/** Gives the pages of a metric as its series are now. */
export type PageCache = (metric: Metric, format: ExpositionFormat) => MetricPages

/** A format that nobody asked for in so many milliseconds was somebody's look, no scraper's. */
const forgottenAfter = 10 * 60_000

interface KeptPages extends MetricPages {
  readonly revision: number
  readonly askedAt: number
}

/**
 * Keeps the pages of metrics from one scrape to the next, in each format that is asked for.
 * @param clock monotonic time in milliseconds
 */
export function pageCache(clock: () => number = () => performance.now()): PageCache {
  const kept = new WeakMap<Metric, Map<ExpositionFormat, KeptPages>>()

  return (metric, format) => {
    const askedAt = clock()
    const byFormat = kept.get(metric) ?? new Map<ExpositionFormat, KeptPages>()
    kept.set(metric, byFormat)
    for (const [each, pages] of byFormat) {
      if (askedAt - pages.askedAt > forgottenAfter && each !== format) byFormat.delete(each)
    }
    const now = current(metric, format, byFormat.get(format), askedAt)
    byFormat.set(format, now)
    return now
  }
}

function current(
  metric: Metric,
  format: ExpositionFormat,
  before: KeptPages | undefined,
  askedAt: number,
): KeptPages {
  const { family, latest, series, revision } = metric
  if (before?.revision === revision) return { ...before, askedAt }
  const pages = (family: Family, old: FamilyPages | undefined): FamilyPages => {
    const text = old?.text ?? familyText(family, format)
    return { text, pages: pagesOf(series, old?.pages ?? [], text.lines.length) }
  }
  return {
    revision,
    askedAt,
    measured: pages(family, before?.measured),
    latest: latest && pages(latest, before?.latest),
  }
}
