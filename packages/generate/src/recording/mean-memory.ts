import { type Kpi, type MeanSettings, names, tuning } from '@mnemoscope/kpi'
import { bracket, indent, number, or } from '../promql.js'
import { type Region, within } from '../region.js'
import type { RecordingRule } from '../rule.js'
import { before, laneNames } from './lanes.js'

const { added, memory, operations } = names.judgeSeries
const { assumedEvaluations, mostVariances } = tuning.mean

/**
 * What places remember of a mean or a ratio: `rememberMean` of `@mnemoscope/kpi`, one rule for each number. Rules above
 * read what rules below recorded at the evaluation before.
 */
export function meanMemoryRules(kpi: Kpi, region: Region, settings: MeanSettings): RecordingRule[] {
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
  ]
}
