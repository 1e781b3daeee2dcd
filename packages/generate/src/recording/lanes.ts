import { type Config, heaviestAgeing, type Kpi, type MemorySettings, names } from '@mnemoscope/kpi'
import { indent, isOneOf, number, or } from '../promql.js'
import { type Region, within } from '../region.js'
import type { RecordingRule } from '../rule.js'
import {
  alertPace,
  countedSeries,
  countersOf,
  countingRules,
  newest,
  newOperations,
  partGrowth,
} from './counting.js'

/**
 * What an earlier evaluation remembered. An evaluator that is away for some minutes loses none of it: a series by itself
 * would be unknown after five. Use it only where `elapsed` says that the place is still remembered.
 */
export function before(name: string, region: Region): string {
  return within(name, region, newest)
}

/** The lanes of a memory, from the one that forgets fastest. */
export const laneNames = ['fast', 'middle', 'slow'] as const

const { added, ageing, elapsed, lastOperation, memory } = names.judgeSeries

/** Only a divisor: less than any operation adds to what a lane forgets. */
const leastWeight = 1e-12

/** Operations that are new at each place, and the sum of their values; 0 where none came, also once all instances are gone. */
export function addedRules(config: Config, kpi: Kpi, sums: boolean): RecordingRule[] {
  const pace = alertPace(config, kpi)
  const { count, sum } = countersOf(kpi)
  const counted = countedSeries(kpi, pace)
  const rule = (what: 'count' | 'sum', growths: string, ...zeros: string[]) => ({
    record: added(kpi, what),
    expr: or([
      `sum by (${names.seriesLabels.join(', ')}) (\n${indent(growths)}\n)`,
      ...zeros,
      `0 * ${newest(lastOperation(kpi))}`,
    ]),
  })
  const all = countingRules(kpi, count, pace)
  if (!sums) return [...all, rule('count', newOperations(counted))]
  if (kpi.outcomes !== undefined) {
    const { label, counted: outcomes } = kpi.outcomes
    return [
      ...all,
      rule('count', newOperations(counted)),
      // Where no counted outcome was ever seen its series may not exist: that is a sum of 0.
      rule('sum', newOperations(counted, [isOneOf(label, outcomes)]), `0 * ${added(kpi, 'count')}`),
    ]
  }
  const spoiled = names.judgeSeries.spoiled(kpi)
  const sound = (growths: string) =>
    `(\n${indent(growths)}\n) unless ignoring (${names.counterPart}) ${spoiled}`
  return [
    ...all,
    // One NaN or infinite measurement spoils a sum for good: nothing of that instance counts until it begins anew.
    { record: spoiled, expr: `0 * ${pace.now(sum)} != 0` },
    rule('count', sound(newOperations(counted))),
    rule('sum', sound(partGrowth(sum, pace, counted))),
  ]
}

/**
 * How much older each place's memory becomes, what its lanes keep of what they weigh, what they weigh then, and when the
 * newest operation was; `ageing` and `kept` of `@mnemoscope/kpi`. Where nothing is new a lane keeps everything.
 */
export function ageingRules(kpi: Kpi, region: Region, settings: MemorySettings): RecordingRule[] {
  const { secondsAnOperation, secondsOfQuiet, expiry } = settings
  const at = (name: string) => within(name, region)
  const count = at(added(kpi, 'count'))
  const last = before(lastOperation(kpi), region)
  const since = at(elapsed(kpi))
  // 1 / (1 / n + r / e) + e / q; e is 0 where nothing is new, and far from it elsewhere.
  const age = `${count} / (1 + ${number(secondsAnOperation)} * ${count} / clamp_min(${since}, 1)) + ${since} / ${number(secondsOfQuiet)}`
  const lanes = laneNames.flatMap((lane, i) => {
    const operations = settings.operations[i] as number
    const weight = before(memory(kpi, `weight_${lane}`), region)
    const keeps = at(memory(kpi, `kept_${lane}`))
    const usual = `exp(${at(ageing(kpi))} / ${number(-operations)})`
    const least = `exp(${since} / ${number(-operations / heaviestAgeing(settings))})`
    // Where nothing is new both are 1, and so is what a lane keeps.
    const part = `clamp_max(${count} / clamp_min((1 - ${usual}) * ${weight}, ${number(leastWeight)}), 1)`
    return [
      { record: memory(kpi, `kept_${lane}`), expr: `${least} + (${usual} - ${least}) * ${part}` },
      {
        record: memory(kpi, `weight_${lane}`),
        expr: or([`${keeps} * ${weight} + ${count}`, `(${count} > 0)`]),
      },
    ]
  })
  return [
    { record: elapsed(kpi), expr: `(time() - ${last} <= ${expiry}) * (${count} > bool 0)` },
    { record: ageing(kpi), expr: age },
    ...lanes,
    {
      record: lastOperation(kpi),
      expr: or([`0 * (${count} > 0) + time()`, `${last} >= time() - ${number(expiry)}`]),
    },
  ]
}
