import { type Config, durationSeconds, type Kpi, names } from '@mnemoscope/kpi'
import {
  aggregate,
  and,
  andIgnoring,
  bracket,
  filter,
  histogramQuantile,
  indent,
  is,
  isNoneOf,
  or,
  over,
  select,
  unless,
} from '../promql.js'
import type { RecordingRule, RuleGroup } from '../rule.js'
import { counted, newbornRule } from './measured.js'
import {
  distributionWindow,
  isQuantile,
  judgedByQuantile,
  judgedPlaces,
  type Quantile,
  tierParts,
  windowsOf,
} from './tiers.js'

const place = names.seriesLabels

/** What people are shown of every distribution. */
const shownQuantiles: readonly Quantile[] = ['p50', 'p95', 'p99']

/** What a histogram KPI records of each window: its count and its mean. */
export function histogramRules(kpi: Kpi): RecordingRule[] {
  return windowsOf(kpi).flatMap(({ window }) => windowRules(kpi, window))
}

/** What the value of a histogram is judged by where that is a quantile: its buckets and that quantile. */
export function judgedQuantileRules(kpi: Kpi): RecordingRule[] {
  if (!judgedByQuantile(kpi)) return []
  return [bucketRule(kpi), ...judgedQuantiles(kpi).map((quantile) => quantileRule(kpi, quantile))]
}

/** What is shown of a distribution that is judged by a quantile, beside that quantile. */
export function shownQuantileRules(kpi: Kpi): RecordingRule[] {
  if (!judgedByQuantile(kpi)) return []
  const judged = judgedQuantiles(kpi)
  const others = shownQuantiles.filter((quantile) => !judged.includes(quantile))
  return [...others.map((quantile) => quantileRule(kpi, quantile)), maxRule(kpi)]
}

/**
 * The distribution of a histogram that is judged by its mean: it is for people, and buckets are most of what rules
 * cost, so it is recorded no more often than snapshots are taken, and as often as it takes for each of them to see it.
 */
export function shownQuantileGroups(config: Config, kpi: Kpi): RuleGroup[] {
  if (kpi.instrument !== 'histogram' || judgedByQuantile(kpi)) return []
  const quantiles = shownQuantiles.map((quantile) => quantileRule(kpi, quantile))
  const rules = [bucketRule(kpi), ...quantiles, maxRule(kpi)]
  return [
    { name: `mnemoscope_${kpi.id}_quantiles`, interval: withinLookback(config.snapshotInterval), rules },
  ]
}

function judgedQuantiles(kpi: Kpi): Quantile[] {
  return [...new Set(windowsOf(kpi).flatMap(({ statistics }) => statistics.filter(isQuantile)))]
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

/**
 * How much each bucket grew, at every place over one window. Buckets are most of a histogram's series, so what is done
 * with them is done once: the window is chosen before anything is matched or added, and newborn series, of which there
 * are seldom any, are looked for once for all windows.
 */
function bucketRule(kpi: Kpi): RecordingRule {
  const bucket = `${names.metricName(kpi)}_bucket`
  const windows = bucketWindows(kpi)
  const newborn = windows.map(({ window, places }) =>
    and(names.recordedSeries.newborn(kpi, window), places, place),
  )
  const counted = or([
    andIgnoring(bucket, `(\n${indent(or(newborn))}\n)`, ['le']),
    ...windows.map(({ window, places }) => and(over('increase', bucket, window), places, place)),
  ])
  return {
    record: names.recordedSeries.buckets(kpi),
    expr: aggregate('sum', [...place, 'le'], `\n${indent(counted)}\n`),
  }
}

/** The windows that buckets are counted over, and the places where each is. */
function bucketWindows(kpi: Kpi): { window: string; places: string }[] {
  const counted = tierParts(kpi).flatMap(({ value: tiers, region }) =>
    tiers.map((tier) => ({
      window: distributionWindow(kpi, tiers, tier),
      places: judgedPlaces(kpi, tier.window, region),
    })),
  )
  return [...new Set(counted.map(({ window }) => window))].map((window) => {
    const [first = '', ...others] = counted
      .filter((each) => each.window === window)
      .map(({ places }) => places)
    return { window, places: others.length === 0 ? first : bracket(or([first, ...others])) }
  })
}

function quantileRule(kpi: Kpi, quantile: Quantile): RecordingRule {
  return {
    record: names.recordedSeries.quantile(kpi, quantile),
    expr: histogramQuantile(Number(quantile.slice(1)) / 100, names.recordedSeries.buckets(kpi)),
  }
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

/**
 * Prometheus shows a sample for 5 minutes: what is recorded less often than this would be gone for a while before each
 * evaluation, from charts and from snapshots alike.
 */
export const longestInterval = '4m'

/** The interval of a group, as short as its series need it to last from one evaluation to the next. */
export function withinLookback(interval: string): string {
  return durationSeconds(interval) > durationSeconds(longestInterval) ? longestInterval : interval
}
