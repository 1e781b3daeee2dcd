import { type Kpi, names } from '@mnemoscope/kpi'
import { aggregate, and, bracket, filter, histogramQuantile, or, over, select } from '../promql.js'
import type { RecordingRule } from '../rule.js'
import { enoughSamples } from './samples.js'
import { windowsOf } from './windows.js'

const place = names.seriesLabels
const bucketLabels = [...place, 'le'] as const
const shownQuantiles = ['p50', 'p95', 'p99'] as const

/** What a histogram KPI records: its count and statistic over each window, and its quantiles. */
export function histogramRules(kpi: Kpi): RecordingRule[] {
  return [
    ...windowsOf(kpi).flatMap(({ window }) => [countRule(kpi, window), statisticRule(kpi, window)]),
    ...quantileRules(kpi),
  ]
}

function countRule(kpi: Kpi, window: string): RecordingRule {
  const counted = over('increase', select(`${names.metricName(kpi)}_count`), window)
  return {
    record: names.recordedSeries.windowed(kpi, 'count', window),
    expr: aggregate('sum', place, counted),
  }
}

/** Gated on traffic: without a measurement there is no value, rather than 0/0. */
function statisticRule(kpi: Kpi, window: string): RecordingRule {
  const count = names.recordedSeries.windowed(kpi, 'count', window)
  const record = names.recordedSeries.windowed(kpi, kpi.statistic, window)
  if (kpi.statistic === 'mean') {
    const sum = aggregate('sum', place, over('increase', select(`${names.metricName(kpi)}_sum`), window))
    return { record, expr: `${sum} / ${bracket(filter(count, '>', 0))}` }
  }
  const gated = and(bucketIncrease(kpi, window), filter(count, '>', 0), place)
  return { record, expr: histogramQuantile(quantileOf(kpi.statistic), gated) }
}

/** Quantiles of the window that `current` is from; the buckets are recorded once for all of them. */
function quantileRules(kpi: Kpi): RecordingRule[] {
  const buckets = names.recordedSeries.buckets(kpi)
  const chosen = windowsOf(kpi).map((each) =>
    and(bucketIncrease(kpi, each.window), enoughSamples(kpi, each), place),
  )
  return [
    { record: buckets, expr: or(chosen, place) },
    ...shownQuantiles.map((quantile) => ({
      record: names.recordedSeries.quantile(kpi, quantile),
      expr: histogramQuantile(quantileOf(quantile), buckets),
    })),
  ]
}

function bucketIncrease(kpi: Kpi, window: string): string {
  const increase = over('increase', select(`${names.metricName(kpi)}_bucket`), window)
  return aggregate('sum', bucketLabels, increase)
}

/** 0.95 of `p95`. */
function quantileOf(statistic: string): number {
  return Number(statistic.slice(1)) / 100
}
