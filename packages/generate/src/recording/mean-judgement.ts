import {
  type Config,
  comparedThreshold,
  durationSeconds,
  durationText,
  isQuantile,
  type Kpi,
  type MeanSettings,
  names,
  thresholdSeverities,
  tuning,
} from '@mnemoscope/kpi'
import { firingAlerts } from '../alerts/firing.js'
import { and, bracket, filter, indent, number, or, over } from '../promql.js'
import { partition, type Region, within } from '../region.js'
import type { RecordingRule } from '../rule.js'

const { high, low, memory, near, nearCurrent, operations, reached } = names.judgeSeries
const { provenBy, overBy, coldOperations, coldBy } = tuning.mean

/**
 * Places at which an alert of a mean can begin or go on. The value may never be better than the fast mean at its best, so
 * none begins while the fast mean is better than the mildest threshold. All other places need no more than their memory,
 * which saves a third of the work.
 */
export function nearRules(
  { alertCheckInterval }: Pick<Config, 'alertCheckInterval'>,
  kpi: Kpi,
): RecordingRule[] {
  const limits = partition(kpi, ({ statistic, thresholds }) => ({
    limit: isQuantile(statistic) ? undefined : mildest(thresholds),
  })).flatMap(({ value: { limit }, region }) => (limit === undefined ? [] : [{ limit, region }]))
  if (limits.length === 0) return []
  const fast = memory(kpi, 'mean_fast')
  const operator = kpi.direction === 'higher_is_better' ? '<=' : '>='
  // An evaluator that reads some series one evaluation late must not lose a place whose alert has just begun.
  const recently = over('last_over_time', reached(kpi), durationText(4 * durationSeconds(alertCheckInterval)))
  const all = or([reached(kpi), recently, firingAlerts(kpi, thresholdSeverities)], names.seriesLabels)
  return [
    ...limits.map(({ limit, region }) => ({
      record: reached(kpi),
      expr: filter(
        within(fast, region),
        operator,
        Number(comparedThreshold(limit, kpi.direction).toPrecision(12)),
      ),
    })),
    { record: near(kpi), expr: and(fast, `(\n${indent(all)}\n)`, names.seriesLabels) },
    { record: nearCurrent(kpi), expr: and(names.recordedSeries.current(kpi), near(kpi)) },
  ]
}

function mildest(thresholds: Kpi['thresholds']): number | undefined {
  const level = thresholdSeverities.find((each) => thresholds[each] !== undefined)
  return level && thresholds[level]
}

/** What a memory says of its mean at places that are near: `judgeMean` of `@mnemoscope/kpi`, one rule for each number. */
export function judgedMeanRules(kpi: Kpi, region: Region, settings: MeanSettings): RecordingRule[] {
  const at = (name: string) => within(name, region)
  const of = (what: names.MeanMemory) => at(memory(kpi, what))
  const rule = (what: names.MeanMemory, expr: string) => ({
    record: memory(kpi, what),
    expr: and(expr, near(kpi)),
  })
  const error = (lane: 'fast' | 'middle' | 'slow', i: number, weight = of(`weight_${lane}`)) =>
    `${of('deviation')} / sqrt(${weight} * (1 + clamp_max(${of(`weight_${lane}`)} / ${number(settings.operations[i] as number)}, 1)))`
  const young = of('young')
  return [
    rule('mean_slow', `${of('sum_slow')} / ${of('weight_slow')}`),
    rule('error_fast', error('fast', 0)),
    rule('error_middle', error('middle', 1)),
    rule('young', `${at(operations(kpi))} < ${coldOperations}`),
    {
      record: memory(kpi, 'cold'),
      expr: `(${coldBy} - ${young} / ${number(coldOperations / coldBy)}) * ${error('slow', 2, bracket(`${of('weight_slow')} and ${young}`))}`,
    },
    ...limitRules(kpi, at, settings),
  ]
}

/** The least and the most that the mean may be. */
function limitRules(
  kpi: Kpi,
  at: (name: string) => string,
  { direction, hysteresis }: MeanSettings,
): RecordingRule[] {
  const of = (what: names.MeanMemory) => at(memory(kpi, what))
  const [fast, middle] = [at(near(kpi)), at(nearCurrent(kpi))]
  const isHigher = direction === 'higher_is_better'
  // On its bad side the value has the wider margin: that side proves a breach.
  const [below, above] = isHigher ? [overBy, provenBy] : [provenBy, overBy]
  const cold = (sign: string) => `((${of('mean_slow')} ${sign} ${of('cold')}) or ${of('mean_slow')})`
  const [largest, smallest] = [max(cold('+'), middle), min(cold('-'), middle)]
  const most = isHigher ? largest : eased(kpi, largest, 1 - hysteresis, 1 + hysteresis)
  const least = isHigher ? eased(kpi, smallest, 1 + hysteresis, 1 - hysteresis) : smallest
  const [ofFast, ofMiddle] = [of('error_fast'), of('error_middle')]
  // Limits are numbers of standard errors, which takes less than to compare series with each other.
  const within = (value: string, mean: string, error: string, limit: (errors: string) => string) =>
    `${mean} + ${error} * ${limit(`(\n${indent(`${bracketed(value)} - ${mean}`)}\n) / ${error}`)}`
  const highOfMiddle = within(most, middle, ofMiddle, (errors) => `clamp_max(${errors}, ${above.middle})`)
  const lowOfMiddle = within(least, middle, ofMiddle, (errors) => `clamp_min(${errors}, ${-below.middle})`)
  return [
    {
      record: high(kpi),
      expr: within(highOfMiddle, fast, ofFast, (errors) => `clamp(${errors}, 0, ${above.fast})`),
    },
    {
      record: low(kpi),
      expr: within(lowOfMiddle, fast, ofFast, (errors) => `clamp(${errors}, ${-below.fast}, 0)`),
    },
  ]
}

/** A value made worse by the hysteresis. */
function eased({ range }: Kpi, value: string, positive: number, negative: number): string {
  const by = (share: number) => number(Number(share.toPrecision(12)))
  return range.min < 0
    ? `(${value} >= 0) / ${by(positive)}\nor ${value} / ${by(negative)}`
    : `${value} / ${by(positive)}`
}

/** The larger of two values at each place. */
const max = (left: string, right: string) =>
  `(\n${indent(`${bracketed(left)} > ${bracketed(right)}\nor ${bracketed(right)}`)}\n)`
/** The smaller of two values at each place. */
const min = (left: string, right: string) =>
  `(\n${indent(`${bracketed(left)} < ${bracketed(right)}\nor ${bracketed(right)}`)}\n)`
const bracketed = (expr: string) => (/^[\w:]+$/.test(expr) ? expr : `(${expr})`)
