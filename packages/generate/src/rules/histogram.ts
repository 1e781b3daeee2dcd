import { type Kpi, names, type Statistic } from '@mnemoscope/kpi'
import { and, bracket, filter, histogramQuantile, or, select } from '../promql.js'
import type { RecordingRule } from '../rule.js'
import { counted, newbornRule } from './counted.js'
import { tierParts, trusted, windowsOf } from './tiers.js'

const place = names.seriesLabels
const shownQuantiles = ['p50', 'p95', 'p99'] as const

/** What a histogram KPI records: its count, buckets and statistics over each window, and its quantiles. */
export function histogramRules(kpi: Kpi): RecordingRule[] {
  return [...windowsOf(kpi).flatMap((each) => windowRules(kpi, each)), ...quantileRules(kpi)]
}

interface Measured {
  readonly window: string
  readonly statistics: readonly Statistic[]
}

function windowRules(kpi: Kpi, { window, statistics }: Measured): RecordingRule[] {
  const grown = (suffix: string, by: readonly string[] = place) =>
    counted(kpi, select(`${names.metricName(kpi)}_${suffix}`), window, by)
  const count = names.recordedSeries.windowed(kpi, 'count', window)
  const buckets = names.recordedSeries.buckets(kpi, window)
  // Gated on traffic: without a measurement there is no value, rather than 0/0.
  const traffic = filter(count, '>', 0)
  return [
    newbornRule(kpi, window),
    { record: count, expr: grown('count') },
    { record: buckets, expr: grown('bucket', [...place, 'le']) },
    ...statistics.map((statistic) => ({
      record: names.recordedSeries.windowed(kpi, statistic, window),
      expr:
        statistic === 'mean'
          ? // One NaN or infinite measurement spoils a sum for good: then there is no mean, rather than a wrong one.
            filter(`${grown('sum')} / ${bracket(traffic)}`, '<', Number.POSITIVE_INFINITY)
          : histogramQuantile(quantileOf(statistic), and(buckets, traffic, place)),
    })),
  ]
}

/** Quantiles of the window that `current` is from. */
function quantileRules(kpi: Kpi): RecordingRule[] {
  const chosen = tierParts(kpi).flatMap(({ value: tiers, region }) =>
    tiers.map((tier) =>
      and(names.recordedSeries.buckets(kpi, tier.window), trusted(kpi, tier, region), place),
    ),
  )
  return shownQuantiles.map((quantile) => ({
    record: names.recordedSeries.quantile(kpi, quantile),
    expr: histogramQuantile(quantileOf(quantile), `\n${or(chosen, place)}\n`),
  }))
}

/** 0.95 of `p95`. */
function quantileOf(statistic: string): number {
  return Number(statistic.slice(1)) / 100
}
