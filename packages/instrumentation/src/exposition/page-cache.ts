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

/** Keeps the pages of metrics from one scrape to the next, in the format that was asked for last. */
export function pageCache(): PageCache {
  const kept = new WeakMap<Metric, MetricPages & { format: ExpositionFormat; revision: number }>()

  return (metric, format) => {
    const known = kept.get(metric)
    const before = known?.format === format ? known : undefined
    const { revision } = metric
    if (before?.revision === revision) return before
    const pages = (family: Family, old: FamilyPages | undefined): FamilyPages => {
      const text = old?.text ?? familyText(family, format)
      return { text, pages: pagesOf(metric.series, old?.pages ?? [], text.lines.length) }
    }
    const now = {
      format,
      revision,
      measured: pages(metric.family, before?.measured),
      latest: metric.latest && pages(metric.latest, before?.latest),
    }
    kept.set(metric, now)
    return now
  }
}
