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
import { bracket, indent, is, isOneOf, number, or } from '../promql.js'
import { type Region, within } from '../region.js'
import type { RecordingRule } from '../rule.js'
import {
  alertPace,
  bucketsOf,
  type Counter,
  countersOf,
  newest,
  operationsGrowth,
  partGrowth,
} from './counting.js'
import { before, laneNames } from './lanes.js'

const { added, beyond, high, lastOperation, low, memory } = names.judgeSeries
const { provenBy, skew, leastBeyond, overAlone, overTogether } = tuning.share
const place = names.seriesLabels.join(', ')

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
  const allOf = (lane: string) => `on (${place}) group_left () ${of(`weight_${lane}` as names.ShareMemory)}`
  const lanes = laneNames.flatMap((lane) => [
    rule(
      `beyond_${lane}`,
      or([
        `${before(memory(kpi, `beyond_${lane}`), region)} * on (${place}) group_left () ${of(`kept_${lane}`)} + ${at(beyond(kpi))}`,
        at(beyond(kpi)),
      ]),
    ),
    rule(`share_${lane}`, `${of(`beyond_${lane}`)} / ${allOf(lane)}`),
  ])
  const variance = settings.allowed * (1 - settings.allowed)
  const margin = (lane: 'fast' | 'middle', i: number) => {
    const weight = of(`weight_${lane}`)
    const size = bracket(
      `${weight} * (1 + clamp_max(${weight} / ${number(settings.operations[i] as number)}, 1))`,
    )
    return rule(
      `margin_${lane}`,
      `${number(provenBy[lane] * Math.sqrt(variance))} / sqrt${size} + ${number(provenBy[lane] ** 2 / skew)} / ${size}`,
    )
  }
  const [middle, slow] = [of('share_middle'), of('share_slow')]
  const less = (lane: 'fast' | 'middle') =>
    `(${of(`share_${lane}`)} - on (${place}) group_left () ${of(`margin_${lane}`)})`
  const together = `${bracket(or([`${middle} < ${slow}`, slow]))} and ${of('beyond_middle')} >= ${leastBeyond}`
  const alone = or([`${less('fast')} > ${less('middle')}`, less('middle')])
  const largest = or([`${middle} > ${slow}`, slow])
  return [
    ...beyondRules(config, kpi, region),
    ...lanes,
    margin('fast', 0),
    margin('middle', 1),
    {
      record: low(kpi),
      expr: or([
        `(\n${indent(alone)}\n) > (\n${indent(or([together, `0 * ${middle}`]))}\n)`,
        or([together, `0 * ${middle}`]),
      ]),
    },
    {
      record: high(kpi),
      expr: or([
        `${middle} / ${overAlone} < (\n${indent(largest)}\n) / ${overTogether}`,
        `(\n${indent(largest)}\n) / ${overTogether}`,
      ]),
    },
  ]
}

/** A region's series of one level. */
export function ofLevel(region: Region, severity: ThresholdSeverity): Region {
  return { ...region, matchers: [...region.matchers, is(names.label.severity, severity)] }
}

/** Operations at or beyond each threshold that are new; of a place without a bucket at its edge nothing is known. */
function beyondRules(
  config: Config,
  kpi: Kpi,
  region: Region,
): (RecordingRule & { labels: Record<string, string> })[] {
  const pace = alertPace(config, kpi)
  const began = names.judgeSeries.began(kpi, 'alert')
  const counter = countersOf(kpi).count
  return thresholdSeverities.flatMap((severity: ThresholdSeverity) => {
    const threshold = kpi.thresholds[severity]
    if (threshold === undefined) return []
    const upTo = edgesOf(kpi, threshold).map((edge) => {
      const buckets = bucketsOf(kpi, [...region.matchers, isOneOf('le', boundarySpellings(edge))])
      return `(\n${indent(partGrowth(buckets, pace, counter, began))}\n)`
    })
    // Of each instance the best boundary that it has. One that has none adds nothing: all of its operations would be beyond.
    const inside = `(\n${indent(upTo.join('\nor ignoring (le)\n'))}\n)`
    const all = `(\n${indent(operationsGrowth(counter, pace, began))}\n)`
    // Once all instances are gone nothing new comes, and what is remembered is still known.
    const remembered = before(memory(kpi, 'beyond_middle'), ofLevel(region, severity))
    const gone = `0 * ${remembered} and on (${place}) ${newest(lastOperation(kpi))}`
    const isBeyond =
      kpi.direction === 'higher_is_better' ? inside : `${all} - ignoring (le) group_right () ${inside}`
    const summed = `sum by (${place}) (\n${indent(isBeyond)}\n) and ${within(added(kpi, 'count'), region)}`
    return [
      {
        record: beyond(kpi),
        labels: { [names.label.severity]: severity },
        expr: or([summed, gone], names.seriesLabels),
      },
    ]
  })
}
