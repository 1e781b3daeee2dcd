import {
  boundarySpellings,
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
  bucketsOf,
  countedSeries,
  countersOf,
  countingRules,
  endedLabel,
  newOperations,
  partGrowth,
  snapshotPace,
} from './counting.js'

const place = names.seriesLabels
const infinity = '+Inf'
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

function summed(growths: string, by: readonly string[] = place): string {
  return `sum by (${by.join(', ')}) (\n${indent(growths)}\n)`
}

function operationRules(config: Config, kpi: Kpi): RecordingRule[] {
  const pace = snapshotPace(config, kpi)
  const { count, sum } = countersOf(kpi)
  const counted = countedSeries(kpi, pace)
  const hits =
    kpi.outcomes === undefined
      ? summed(partGrowth(sum, pace, counted))
      : bracket(
          or([
            summed(newOperations(counted, [isOneOf(kpi.outcomes.label, kpi.outcomes.counted)])),
            `0 * ${samples(kpi)}`,
          ]),
        )
  const rules: RecordingRule[] = [
    ...countingRules(kpi, count, pace),
    { record: samples(kpi), expr: filter(summed(newOperations(counted)), '>', 0) },
    // One NaN or infinite measurement spoils a sum for good: then there is no mean, rather than a wrong one.
    { record: mean(kpi), expr: filter(`${hits} / ${samples(kpi)}`, '<', Number.POSITIVE_INFINITY) },
  ]
  if (kpi.instrument !== 'histogram') return rules
  return [
    ...rules,
    // Of places where nothing is new there is nothing to read for the rules below.
    {
      record: buckets(kpi),
      expr: and(summed(partGrowth(bucketsOf(kpi), pace, counted), [...place, 'le']), samples(kpi), place),
    },
    ...rememberedRules(kpi),
    ...shownQuantiles.map((shown) => ({
      record: quantile(kpi, shown),
      expr: comparable(kpi, histogramQuantile(quantileOf(shown), buckets(kpi))),
    })),
    maxRule(kpi),
  ]
}

/**
 * The most that anything can have measured: a histogram keeps no single value, so this is the upper boundary of its
 * highest bucket in use. Beyond the last boundary there is no such bound, and no value. Of the KPI's own boundaries only
 * the last can tell; those of other programs are looked at, too.
 */
function maxRule(kpi: Kpi): RecordingRule {
  const all = select(buckets(kpi), [is('le', infinity)])
  const lower = kpi.boundaries.slice(0, -1).flatMap(boundarySpellings)
  const bounded = aggregate('max', place, select(buckets(kpi), [isNoneOf('le', [...lower, infinity])]))
  const within = bracket(`${bounded} >= on (${place.join(', ')}) ${all}`)
  return {
    record: max(kpi),
    expr: comparable(kpi, and(histogramQuantile(1, buckets(kpi)), within, place)),
  }
}

/**
 * Figures of buckets, without those of places whose boundaries have just changed. A service that restarts after an edit of
 * a threshold has others: what is below a boundary that only one of its two processes has is not known of the other.
 */
function comparable(kpi: Kpi, figures: string): string {
  return judgedQuantiles(kpi).length === 0
    ? figures
    : unless(bracket(figures), names.judgeSeries.otherBoundaries(kpi), place)
}

/**
 * The quantile of the operations that the middle lane remembers: what people see as the value. Alerts do not depend on it.
 * Old operations shrink to what the lane remembers beside the new ones. A quantile only compares buckets with each other,
 * so that is what the new ones are added to. Where they came in other buckets, memory begins anew one snapshot later.
 */
function rememberedRules(kpi: Kpi): RecordingRule[] {
  const quantiles = judgedQuantiles(kpi)
  if (quantiles.length === 0) return []
  const { remembered, rememberedBuckets, rememberedWeight, rememberedPart } = names.judgeSeries
  const old = rememberedBuckets(kpi)
  const total = rememberedWeight(kpi)
  const weight = names.judgeSeries.memory(kpi, 'weight_middle')
  const came = samples(kpi)
  const on = `on (${place.join(', ')})`
  const { rememberedBoundaries: boundaries, otherBoundaries: others } = names.judgeSeries
  const kept = unless(`${old} * ${on} group_left () ${rememberedPart(kpi)}`, others(kpi), place)
  const countOfThem = aggregate('count', place, old)
  return [
    {
      record: rememberedPart(kpi),
      // Where nothing is new all of it is kept, and nothing once the place is forgotten.
      expr: or([`clamp_min(${weight} - ${came}, 0) / ${total}`, `0 * ${bracket(unless(weight, came))} + 1`]),
    },
    {
      record: old,
      expr: summed(or([`label_replace(${kept}, "${endedLabel}", "true", "", "")`, buckets(kpi)]), [
        ...place,
        'le',
      ]),
    },
    { record: total, expr: or([`${weight} > ${came}`, came, and(total, weight)]) },
    { record: others(kpi), expr: `${countOfThem} > ${boundaries(kpi)}` },
    { record: boundaries(kpi), expr: countOfThem },
    ...quantiles.map((each) => ({
      record: remembered(kpi, each),
      expr: comparable(kpi, histogramQuantile(quantileOf(each), old)),
    })),
  ]
}

/** Readings of a gauge since the snapshot before, of all instances: each counts once in their mean. */
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
        `${aggregate('sum', place, over('sum_over_time', readings, snapshotInterval))} / ${samples(kpi)}`,
        '<',
        Number.POSITIVE_INFINITY,
      ),
    },
  ]
}
