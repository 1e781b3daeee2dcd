import { type Kpi, names, type Statistic } from '@mnemoscope/kpi'
import { ago, and, bracket, filter, over, unless } from '../promql.js'
import { everywhere, type Part, partition, type Region, within } from '../region.js'

/** A window of a statistic, and what must hold before its value is trusted. */
export interface Tier {
  readonly window: string
  readonly statistic: Statistic
  readonly minSamples: number
  /**
   * There must have been samples this long ago already, which only the short window does without: traffic that has
   * just begun is judged by that one once it holds enough, and not by its first three operations.
   */
  readonly settled?: string
  /**
   * A place that was trusted within this window needs only so many: traffic that hovers around `minSamples` would
   * otherwise change between two windows, of which the longer still holds a breach that the shorter has left behind.
   */
  readonly kept?: { readonly window: string; readonly leastSamples: number }
  /** Only of the tier for rare traffic. */
  readonly rare?: {
    /** Where the sparse window was trusted at any time within this tier's own, what is left here is its remains. */
    readonly busyWindow: string
    readonly busySamples: number
  }
}

/**
 * The tiers of a KPI in the order they are tried: a short window while there is much traffic, a longer one while
 * there is little, and a last one for what comes about once an hour. A gauge has only the first: it is read at every
 * scrape, whatever the traffic.
 */
export function tiersOf(kpi: Kpi): Tier[] {
  const { statistic, window, minSamples } = kpi
  const short = { window, statistic, minSamples }
  if (kpi.instrument === 'gauge') return [short]
  return [
    { ...short, kept: { window: kpi.sparseWindow, leastSamples: Math.ceil(minSamples / 3) } },
    { window: kpi.sparseWindow, statistic, minSamples: kpi.sparseMinSamples, settled: window },
    {
      window: kpi.rareWindow,
      // A p95 of a few samples is their worst one; half of them beyond the threshold is more than one slow operation.
      statistic: isQuantile(statistic) ? 'p50' : statistic,
      minSamples: 1,
      settled: window,
      rare: { busyWindow: kpi.sparseWindow, busySamples: kpi.sparseMinSamples },
    },
  ]
}

/** A quantile of a distribution. */
export type Quantile = Extract<Statistic, `p${number}`>

export function isQuantile(statistic: Statistic): statistic is Quantile {
  return statistic.startsWith('p')
}

/** The series with the value of a tier: a statistic of its window, or a quantile of the window that is trusted. */
export function tierValue(kpi: Kpi, { statistic, window }: Tier): string {
  return isQuantile(statistic)
    ? names.recordedSeries.quantile(kpi, statistic)
    : names.recordedSeries.windowed(kpi, statistic, window)
}

/**
 * The window that a tier's distribution is counted over: its own where a quantile is judged. Where only means are, the
 * distribution is for people, and the longest window stands in for every one but the short: few operations make a poor
 * distribution, and each window of buckets is costly.
 * @param tiers all tiers at the place
 */
export function distributionWindow(kpi: Kpi, tiers: readonly Tier[], tier: Tier): string {
  const isOwn = judgedByQuantile(kpi) || tier.settled === undefined
  return isOwn ? tier.window : (tiers.at(-1) ?? tier).window
}

/** Whether a quantile decides at any place. */
export function judgedByQuantile(kpi: Kpi): boolean {
  return windowsOf(kpi).some(({ statistics }) => statistics.some(isQuantile))
}

/** All places, divided by the tiers that apply there. */
export function tierParts(kpi: Kpi): Part<Tier[]>[] {
  return partition(kpi, tiersOf)
}

/** Every window that any place needs, each once, with the statistics recorded over it. */
export function windowsOf(kpi: Kpi): { window: string; statistics: Statistic[] }[] {
  const tiers = tierParts(kpi).flatMap(({ value }) => value)
  return [...new Set(tiers.map(({ window }) => window))].map((window) => ({
    window,
    statistics: [
      ...new Set(tiers.filter((tier) => tier.window === window).map(({ statistic }) => statistic)),
    ],
  }))
}

/** The sample counts of a tier in a region, where its value can be trusted; stands anywhere. */
export function trusted(kpi: Kpi, tier: Tier, region: Region): string {
  const count = (window: string) => names.recordedSeries.windowed(kpi, 'count', window)
  const here = within(count(tier.window), region)
  if (tier.kept !== undefined) {
    const { window, leastSamples } = tier.kept
    // Now is a part of that window.
    const lately = filter(over('max_over_time', count(tier.window), window), '>=', tier.minSamples)
    return bracket(and(filter(here, '>=', leastSamples), lately))
  }
  // A count is an increase, and Prometheus extrapolates those: any part of a sample is one.
  const enough = tier.rare === undefined ? filter(here, '>=', tier.minSamples) : filter(here, '>', 0)
  const settled =
    tier.settled === undefined ? enough : and(enough, filter(ago(count(tier.window), tier.settled), '>', 0))
  if (tier.rare === undefined) return bracket(settled)
  const { busyWindow, busySamples } = tier.rare
  const busyLately = filter(over('max_over_time', count(busyWindow), tier.window), '>=', busySamples)
  return bracket(unless(settled, busyLately))
}

/** The places that are judged by a window, as the samples in it; stands anywhere. */
export function judgedPlaces(kpi: Kpi, window: string, region: Region = everywhere): string {
  return bracket(filter(within(names.recordedSeries.judged(kpi, window), region), '>', 0))
}
