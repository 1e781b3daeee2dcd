import {
  type Config,
  isQuantile,
  type Kpi,
  names,
  overridden,
  type Quantile,
  quantileOf,
} from '@mnemoscope/kpi'
import {
  aggregate,
  and,
  bracket,
  filter,
  histogramQuantile,
  indent,
  is,
  isNoneOf,
  isOneOf,
  or,
  over,
  select,
  unless,
} from '../promql.js'
import type { RecordingRule, RuleGroup } from '../rule.js'
import {
  beganExpression,
  bucketsOf,
  countersOf,
  operationsGrowth,
  partGrowth,
  snapshotPace,
} from './counting.js'

const place = names.seriesLabels
const { samples, mean, max, quantile, buckets } = names.recordedSeries

/** What people are shown of every distribution. */
const shownQuantiles = ['p50', 'p95', 'p99'] as const

/** Quantiles that a KPI is judged by at any place. */
export function judgedQuantiles(kpi: Kpi): Quantile[] {
  const statistics = [kpi, ...kpi.overrides.map((override) => overridden(kpi, override))].map(
    ({ statistic }) => statistic,
  )
  return [...new Set(statistics.filter(isQuantile))]
}

/**
 * What a row of a snapshot holds beside the judged value: the operations that came since the snapshot before, exactly
 * these, all figures over the same ones. Nothing is recorded where none came.
 */
export function snapshotGroup(config: Config, kpi: Kpi): RuleGroup {
  return {
    name: `mnemoscope_${kpi.id}_snapshot`,
    interval: config.snapshotInterval,
    rules: kpi.instrument === 'gauge' ? readingRules(config, kpi) : operationRules(config, kpi),
  }
}

function operationRules(config: Config, kpi: Kpi): RecordingRule[] {
  const pace = snapshotPace(config)
  const { count, sum } = countersOf(kpi)
  const began = names.judgeSeries.began(kpi, 'snapshot')
  const summed = (growths: string, by: readonly string[] = place) =>
    `sum by (${by.join(', ')}) (\n${indent(growths)}\n)`
  const hits =
    kpi.outcomes === undefined
      ? summed(partGrowth(sum, pace, count, began))
      : bracket(
          or([
            summed(
              operationsGrowth(sum, pace, select(began, [isOneOf(kpi.outcomes.label, kpi.outcomes.counted)])),
            ),
            `0 * ${samples(kpi)}`,
          ]),
        )
  const rules: RecordingRule[] = [
    { record: began, expr: beganExpression(count, pace) },
    { record: samples(kpi), expr: filter(summed(operationsGrowth(count, pace, began)), '>', 0) },
    // One NaN or infinite measurement spoils a sum for good: then there is no mean, rather than a wrong one.
    { record: mean(kpi), expr: filter(`${hits} / ${samples(kpi)}`, '<', Number.POSITIVE_INFINITY) },
  ]
  if (kpi.instrument !== 'histogram') return rules
  const all = summed(partGrowth(bucketsOf(kpi), pace, count, began), [...place, 'le'])
  return [
    ...rules,
    { record: buckets(kpi), expr: all },
    ...shownQuantiles.map((shown) => ({
      record: quantile(kpi, shown),
      expr: and(histogramQuantile(quantileOf(shown), buckets(kpi)), samples(kpi)),
    })),
    maxRule(kpi),
    ...rememberedRules(kpi),
  ]
}

/**
 * The most that anything can have measured: a histogram keeps no single value, so this is the upper boundary of its
 * highest bucket in use. Beyond the last boundary there is no such bound, and no value.
 */
function maxRule(kpi: Kpi): RecordingRule {
  const all = select(buckets(kpi), [is('le', '+Inf')])
  const bounded = aggregate('max', place, select(buckets(kpi), [isNoneOf('le', ['+Inf'])]))
  const beyond = bracket(`${all} > on (${place.join(', ')}) ${bounded}`)
  return {
    record: max(kpi),
    expr: unless(and(histogramQuantile(1, buckets(kpi)), samples(kpi)), beyond, place),
  }
}

/**
 * The quantile of the operations that the middle lane remembers: what people see as the value. Shares of its buckets
 * move towards those of the new operations by the part that these are of the lane. Alerts do not depend on it.
 */
function rememberedRules(kpi: Kpi): RecordingRule[] {
  const quantiles = judgedQuantiles(kpi)
  if (quantiles.length === 0) return []
  const { remembered, rememberedBuckets } = names.judgeSeries
  const shares = rememberedBuckets(kpi)
  const weight = names.judgeSeries.memory(kpi, 'weight_middle')
  const ofPlace = `on (${place.join(', ')}) group_left ()`
  const came = samples(kpi)
  const most = bracket(or([`${weight} > ${samples(kpi)}`, samples(kpi)]))
  const moved = `${shares} + (${buckets(kpi)} - ${shares} * ${ofPlace} ${came}) / ${ofPlace} ${most}`
  return [
    {
      record: shares,
      expr: or([
        `${bracket(moved)} and on (${place.join(', ')}) ${weight}`,
        `${shares} and on (${place.join(', ')}) ${weight}`,
        `${buckets(kpi)} / ${ofPlace} ${came}`,
      ]),
    },
    ...quantiles.map((each) => ({
      record: remembered(kpi, each),
      expr: histogramQuantile(quantileOf(each), shares),
    })),
  ]
}

/** Readings of a gauge since the snapshot before, of all instances. */
function readingRules({ snapshotInterval }: Config, kpi: Kpi): RecordingRule[] {
  const readings = names.metricName(kpi)
  return [
    {
      record: samples(kpi),
      expr: aggregate('sum', place, over('count_over_time', readings, snapshotInterval)),
    },
    {
      record: mean(kpi),
      expr: filter(
        aggregate('avg', place, over('avg_over_time', readings, snapshotInterval)),
        '<',
        Number.POSITIVE_INFINITY,
      ),
    },
  ]
}
