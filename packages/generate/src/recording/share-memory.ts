import {
  boundarySpellings,
  bucketEdge,
  type Config,
  type Kpi,
  names,
  type ShareSettings,
  type ThresholdSeverity,
  thresholdSeverities,
  tuning,
} from '@mnemoscope/kpi'
import { and, bracket, filter, indent, is, isOneOf, number, or, select } from '../promql.js'
import { type Region, within } from '../region.js'
import type { RecordingRule } from '../rule.js'
import {
  alertPace,
  bucketsOf,
  type Counter,
  countedSeries,
  endedLabel,
  newest,
  newOperations,
} from './counting.js'
import { before, laneNames } from './lanes.js'

const { added, beyond, high, lastOperation, low, memory, nearCurrent } = names.judgeSeries
const { provenBy, skew, leastBeyond, overAlone, overTogether } = tuning.share
const place = names.seriesLabels.join(', ')
type Lane = (typeof laneNames)[number]

/** Operations that weigh less are not remembered: a share of so little is none. */
const forgotten = 1e-7

/**
 * Boundaries that divide operations at a threshold, the best one first: metrics of others have none just below it, and
 * what is exactly at the threshold counts as better there.
 */
function edgesOf({ direction }: Kpi, threshold: number): number[] {
  return [...new Set([bucketEdge(direction, threshold), threshold])]
}

/** The buckets whose boundaries are the edges of a KPI's thresholds, at every place. */
export function edgeBuckets(kpi: Kpi, kpis: readonly Kpi[]): Counter {
  const edges = kpis.flatMap((there) =>
    Object.values(there.thresholds).flatMap((threshold) => edgesOf(there, threshold)),
  )
  return bucketsOf(kpi, [isOneOf('le', [...new Set(edges.flatMap(boundarySpellings))])])
}

/**
 * What places remember of the operations at or beyond each threshold of a quantile, and what that says: `rememberShare`
 * and `judgeShare` of `@mnemoscope/kpi`, one rule for each number. Series of levels have the label `severity`.
 * @param kpi as it is in the region
 */
export function shareRules(
  config: Config,
  kpi: Kpi,
  region: Region,
  settings: ShareSettings,
): RecordingRule[] {
  const at = (name: string) => within(name, region)
  const of = (what: names.ShareMemory) => at(memory(kpi, what))
  const rule = (what: names.ShareMemory, expr: string) => ({ record: memory(kpi, what), expr })
  const ofPlace = `on (${place}) group_left ()`
  const laneBeyond = (lane: Lane) => of(`beyond_${lane}`)
  const shareOf = (lane: Lane) => `${laneBeyond(lane)} / ${ofPlace} ${of(`near_${lane}`)}`
  const lanes = laneNames.map((lane) => {
    const kept = `${before(memory(kpi, `beyond_${lane}`), region)} * ${ofPlace} ${of(`kept_${lane}`)}`
    const both = or([`label_replace(${kept}, "${endedLabel}", "true", "", "")`, `${at(beyond(kpi))} > 0`])
    const all = `sum by (${place}, ${names.label.severity}) (\n${indent(both)}\n)`
    return rule(`beyond_${lane}`, filter(all, '>', forgotten))
  })
  // Healthy places remember no operations at or beyond a threshold, and need no more.
  const remembering = `(\n${indent(or(laneNames.map(laneBeyond), names.seriesLabels))}\n)`
  const nearOf = (series: string) => and(series, remembering, names.seriesLabels)
  const near = laneNames.map((lane) => rule(`near_${lane}`, nearOf(of(`weight_${lane}`))))
  const variance = settings.allowed * (1 - settings.allowed)
  const least = (lane: 'fast' | 'middle', i: number) => {
    const weight = of(`near_${lane}`)
    const size = bracket(
      `${weight} * (1 + clamp_max(${weight} / ${number(settings.operations[i] as number)}, 1))`,
    )
    const margin = `${number(provenBy[lane] * Math.sqrt(variance))} / sqrt${size} + ${number(provenBy[lane] ** 2 / skew)} / ${size}`
    return rule(`least_${lane}`, `${shareOf(lane)} - ${ofPlace} ${bracket(margin)}`)
  }
  const [middle, slow] = [of('share_middle'), of('share_slow')]
  const enough = bracket(`${of('beyond_middle')} >= ${leastBeyond}`)
  const together = or([`${bracket(and(middle, enough))} < ${slow}`, `${slow} and ${enough}`])
  const alone = `clamp_min(\n${indent(or([`${of('least_fast')} > ${of('least_middle')}`, of('least_middle')]))}, 0\n)`
  const largest = or([`${middle} > ${slow}`, slow])
  return [
    ...beyondRules(config, kpi, region),
    ...lanes,
    ...near,
    { record: nearCurrent(kpi), expr: nearOf(at(names.recordedSeries.current(kpi))) },
    rule('share_middle', shareOf('middle')),
    rule('share_slow', shareOf('slow')),
    least('fast', 0),
    least('middle', 1),
    { record: low(kpi), expr: or([`(\n${indent(together)}\n) > ${alone}`, alone]) },
    {
      record: high(kpi),
      expr: or([
        `(\n${indent(largest)}\n) / ${overTogether} < ${middle} / ${overAlone}`,
        `${middle} / ${overAlone}`,
      ]),
    },
  ]
}

/** A region's series of one level. */
export function ofLevel(region: Region, severity: ThresholdSeverity): Region {
  return { ...region, matchers: [...region.matchers, is(names.label.severity, severity)] }
}

/**
 * Operations at or beyond each threshold that are new; of a place without a bucket at its edge nothing is known. The buckets
 * at all edges are read once.
 */
function beyondRules(
  config: Config,
  kpi: Kpi,
  region: Region,
): (RecordingRule & { labels: Record<string, string> })[] {
  const counted = countedSeries(kpi, alertPace(config, kpi))
  const grown = names.judgeSeries.grown(kpi, 'bucket', 'alert')
  const isEverywhere = region.matchers.length === 0 && region.except.length === 0
  return thresholdSeverities.flatMap((severity: ThresholdSeverity) => {
    const threshold = kpi.thresholds[severity]
    if (threshold === undefined) return []
    const upTo = edgesOf(kpi, threshold).map((edge) =>
      select(grown, [...region.matchers, isOneOf('le', boundarySpellings(edge))]),
    )
    // Of each instance the best boundary that it has. One that has none adds nothing: all of its operations would be beyond.
    const inside = `(\n${indent(upTo.join('\nor ignoring (le)\n'))}\n)`
    const all = `(\n${indent(newOperations(counted))}\n)`
    // Once all instances are gone nothing new comes, and what is remembered is still known.
    const remembered = before(beyond(kpi), ofLevel(region, severity))
    const gone = `0 * ${remembered} and on (${place}) ${newest(lastOperation(kpi))}`
    const isBeyond =
      kpi.direction === 'higher_is_better'
        ? inside
        : `${all} - ignoring (le, ${names.counterPart}) group_right () ${inside}`
    const sum = `sum by (${place}) (\n${indent(isBeyond)}\n)`
    const summed = isEverywhere ? sum : `${sum} and ${within(added(kpi, 'count'), region)}`
    return [
      {
        record: beyond(kpi),
        labels: { [names.label.severity]: severity },
        expr: or([summed, gone], names.seriesLabels),
      },
    ]
  })
}
