import { type Kpi, type MeanSettings, names, tuning } from '@mnemoscope/kpi'
import { bracket, indent, number, or } from '../promql.js'
import { type Region, within } from '../region.js'
import type { RecordingRule } from '../rule.js'
import { before, laneNames } from './lanes.js'

const { added, high, low, memory, operations } = names.judgeSeries
const { provenBy, overBy, coldOperations, coldBy, assumedEvaluations, mostVariances } = tuning.mean

/**
 * What places remember of a mean or a ratio, and what that says of it: `rememberMean` and `judgeMean` of
 * `@mnemoscope/kpi`, one rule for each number. Rules above read what rules below recorded at the evaluation before.
 */
export function meanRules(kpi: Kpi, region: Region, settings: MeanSettings): RecordingRule[] {
  const at = (name: string) => within(name, region)
  const of = (what: names.MeanMemory) => at(memory(kpi, what))
  const was = (what: names.MeanMemory) => before(memory(kpi, what), region)
  const count = at(added(kpi, 'count'))
  const sum = at(added(kpi, 'sum'))
  const first = `0 * ${bracket(`${count} > 0`)}`
  const assumed = number(assumedEvaluations * settings.assumedDeviation ** 2)
  const rule = (what: names.MeanMemory, expr: string) => ({ record: memory(kpi, what), expr })
  const kept = (lane: (typeof laneNames)[number], what: names.MeanMemory) =>
    `${of(`kept_${lane}`)} * ${was(what)}`

  const distance = `(${sum} - ${count} * ${was('mean_fast')}) ^ 2 / clamp_min(${count}, 1)`
  const most = `${mostVariances} * ${was('deviation')} ^ 2`
  const limited = `${distance} < ${most}\nor ${most}`
  const sums = laneNames.map((lane) =>
    rule(`sum_${lane}`, or([`${kept(lane, `sum_${lane}`)} + ${sum}`, sum])),
  )
  const error = (lane: 'fast' | 'middle' | 'slow', i: number, weight = of(`weight_${lane}`)) =>
    `${of('deviation')} / sqrt(${weight} * (1 + clamp_max(${of(`weight_${lane}`)} / ${number(settings.operations[i] as number)}, 1)))`
  const young = `${at(operations(kpi))} < ${coldOperations}`
  return [
    rule('distances', or([`${kept('slow', 'distances')} + (\n${indent(limited)}\n)`, first])),
    rule('evaluations', or([`${kept('slow', 'evaluations')} + (${count} > bool 0)`, first])),
    {
      record: operations(kpi),
      expr: or([`${before(operations(kpi), region)} + ${count} and ${of('kept_slow')}`, `${count} > 0`]),
    },
    ...sums,
    rule(
      'deviation',
      `sqrt((${of('distances')} + ${assumed}) / (${of('evaluations')} + ${assumedEvaluations}))`,
    ),
    rule('mean_fast', `${of('sum_fast')} / ${of('weight_fast')}`),
    { record: names.recordedSeries.current(kpi), expr: `${of('sum_middle')} / ${of('weight_middle')}` },
    rule('mean_slow', `${of('sum_slow')} / ${of('weight_slow')}`),
    rule('error_fast', error('fast', 0)),
    rule('error_middle', error('middle', 1)),
    rule(
      'cold',
      `(${coldBy} - ${bracket(young)} / ${number(coldOperations / coldBy)}) * ${error('slow', 2, bracket(`${of('weight_slow')} and ${young}`))}`,
    ),
    ...judgedRules(kpi, at, settings),
  ]
}

/** The least and the most that the mean may be. */
function judgedRules(
  kpi: Kpi,
  at: (name: string) => string,
  { direction, hysteresis }: MeanSettings,
): RecordingRule[] {
  const of = (what: names.MeanMemory) => at(memory(kpi, what))
  const middle = at(names.recordedSeries.current(kpi))
  const isHigher = direction === 'higher_is_better'
  // On its bad side the value has the wider margin: that side proves a breach.
  const [below, above] = isHigher ? [overBy, provenBy] : [provenBy, overBy]
  const cold = (sign: string) => `((${of('mean_slow')} ${sign} ${of('cold')}) or ${of('mean_slow')})`
  const [largest, smallest] = [max(cold('+'), middle), min(cold('-'), middle)]
  const most = isHigher ? largest : eased(kpi, largest, 1 - hysteresis, 1 + hysteresis)
  const least = isHigher ? eased(kpi, smallest, 1 + hysteresis, 1 - hysteresis) : smallest
  const [ofFast, ofMiddle] = [of('error_fast'), of('error_middle')]
  const fast = of('mean_fast')
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
