import { type Config, type Kpi, names } from '@mnemoscope/kpi'
import {
  aggregate,
  and,
  andIgnoring,
  bracket,
  filter,
  histogramQuantile,
  is,
  isNoneOf,
  or,
  select,
  unless,
} from '../promql.js'
import type { RecordingRule, RuleGroup } from '../rule.js'
import { counted, newbornRule } from './counted.js'
import { isQuantile, tierParts, trusted, windowsOf } from './tiers.js'

const place = names.seriesLabels

/** What people are shown of every distribution. */
const shownQuantiles = ['p50', 'p95', 'p99'] as const

/** What a histogram KPI records to be judged: its count and its mean over each window, and its quantiles. */
export function histogramRules(kpi: Kpi): RecordingRule[] {
  const windows = windowsOf(kpi).flatMap(({ window }) => windowRules(kpi, window))
  return judgedByQuantile(kpi) ? [...windows, ...distributionRules(kpi)] : windows
}

/**
 * Quantiles of a histogram that is judged by its mean: they are for people, and buckets are most of what rules cost,
 * so they are recorded no more often than snapshots are taken.
 */
export function shownQuantileGroups(config: Config, kpi: Kpi): RuleGroup[] {
  if (kpi.instrument !== 'histogram' || judgedByQuantile(kpi)) return []
  return [
    {
      name: `mnemoscope_${kpi.id}_quantiles`,
      interval: config.snapshotInterval,
      rules: distributionRules(kpi),
    },
  ]
}

/** Whether a quantile decides at any place. */
function judgedByQuantile(kpi: Kpi): boolean {
  return windowsOf(kpi).some(({ statistics }) => statistics.some(isQuantile))
}

function distributionRules(kpi: Kpi): RecordingRule[] {
  return [bucketRule(kpi), ...quantileRules(kpi), maxRule(kpi)]
}

function windowRules(kpi: Kpi, window: string): RecordingRule[] {
  const metric = names.metricName(kpi)
  const newborn = names.recordedSeries.newborn(kpi, window)
  const count = names.recordedSeries.windowed(kpi, 'count', window)
  const sum = counted(`${metric}_sum`, and(`${metric}_sum`, newborn), window, place)
  return [
    newbornRule(kpi, `${metric}_count`, window),
    { record: count, expr: counted(`${metric}_count`, newborn, window, place) },
    {
      record: names.recordedSeries.windowed(kpi, 'mean', window),
      // Gated on traffic: without a measurement there is no value, rather than 0/0. One NaN or infinite measurement
      // spoils a sum for good: then there is no mean, rather than a wrong one.
      expr: filter(`${sum} / ${bracket(filter(count, '>', 0))}`, '<', Number.POSITIVE_INFINITY),
    },
  ]
}

/** Buckets of the window that `current` is from: recorded once, since they are most of a histogram's series. */
function bucketRule(kpi: Kpi): RecordingRule {
  const bucket = `${names.metricName(kpi)}_bucket`
  const chosen = tierParts(kpi).flatMap(({ value: tiers, region }) =>
    tiers.map((tier) => {
      // `and` with nothing is nothing at once; a match of all buckets each time would cost more than their increase.
      const newborn = andIgnoring(bucket, names.recordedSeries.newborn(kpi, tier.window), ['le'])
      const increase = counted(bucket, newborn, tier.window, [...place, 'le'])
      return and(increase, trusted(kpi, tier, region), place)
    }),
  )
  return { record: names.recordedSeries.buckets(kpi), expr: or(chosen, place) }
}

function quantileRules(kpi: Kpi): RecordingRule[] {
  const judged = windowsOf(kpi).flatMap(({ statistics }) => statistics.filter(isQuantile))
  return [...new Set([...shownQuantiles, ...judged])].map((quantile) => ({
    record: names.recordedSeries.quantile(kpi, quantile),
    expr: histogramQuantile(Number(quantile.slice(1)) / 100, names.recordedSeries.buckets(kpi)),
  }))
}

/**
 * The most that anything in the window can have measured: a histogram keeps no single value, so this is the upper
 * boundary of its highest bucket in use. Beyond the last boundary there is no such bound, and no value.
 */
function maxRule(kpi: Kpi): RecordingRule {
  const buckets = names.recordedSeries.buckets(kpi)
  const all = select(buckets, [is('le', '+Inf')])
  const bounded = aggregate('max', place, select(buckets, [isNoneOf('le', ['+Inf'])]))
  const beyond = bracket(`${all} > on (${place.join(', ')}) ${bounded}`)
  return {
    record: names.recordedSeries.max(kpi),
    expr: unless(histogramQuantile(1, buckets), beyond, place),
  }
}
