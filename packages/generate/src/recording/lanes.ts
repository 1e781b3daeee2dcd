import { type Config, type Kpi, type MemorySettings, names } from '@mnemoscope/kpi'
import { filter, indent, isOneOf, number, or, select, unless } from '../promql.js'
import { type Region, within } from '../region.js'
import type { RecordingRule } from '../rule.js'
import {
  alertPace,
  beganExpression,
  countersOf,
  newest,
  operationsGrowth,
  partGrowth,
  selectorOf,
} from './counting.js'

/** The lanes of a memory, from the one that forgets fastest. */
export const laneNames = ['fast', 'middle', 'slow'] as const

const { added, ageing, elapsed, lastOperation } = names.judgeSeries

/** Operations that are new at each place, and the sum of their values; 0 where none came, also once all instances are gone. */
export function addedRules(config: Config, kpi: Kpi, sums: boolean): RecordingRule[] {
  const pace = alertPace(config, kpi)
  const { count, sum } = countersOf(kpi)
  const began = names.judgeSeries.began(kpi, 'alert')
  const rule = (what: 'count' | 'sum', growths: string, ...zeros: string[]) => ({
    record: added(kpi, what),
    expr: or([
      `sum by (${names.seriesLabels.join(', ')}) (\n${indent(growths)}\n)`,
      ...zeros,
      `0 * ${lastOperation(kpi)}`,
    ]),
  })
  const all: RecordingRule[] = [{ record: began, expr: beganExpression(count, pace) }]
  if (!sums) return [...all, rule('count', operationsGrowth(count, pace, began))]
  if (kpi.outcomes !== undefined) {
    const { label, counted } = kpi.outcomes
    const beganCounted = select(began, [isOneOf(label, counted)])
    return [
      ...all,
      rule('count', operationsGrowth(count, pace, began)),
      // Where no counted outcome was ever seen its series may not exist: that is a sum of 0.
      rule('sum', operationsGrowth(sum, pace, beganCounted), `0 * ${added(kpi, 'count')}`),
    ]
  }
  const spoiled = names.judgeSeries.spoiled(kpi, 'alert')
  const sound = (growths: string) => unless(`(\n${indent(growths)}\n)`, spoiled)
  return [
    ...all,
    // One NaN or infinite measurement spoils a sum for good: nothing of that instance counts until it begins anew.
    { record: spoiled, expr: `0 * ${newest(selectorOf(sum))} != 0` },
    rule('count', sound(operationsGrowth(count, pace, began))),
    rule('sum', sound(partGrowth(sum, pace, count, began))),
  ]
}

/** How much older each place's memory becomes, and when its newest operation was; `ageing` of `@mnemoscope/kpi`. */
export function ageingRules(
  kpi: Kpi,
  region: Region,
  { secondsAnOperation, secondsOfQuiet, expiry }: MemorySettings,
): RecordingRule[] {
  const at = (name: string) => within(name, region)
  const count = at(added(kpi, 'count'))
  const last = at(lastOperation(kpi))
  const since = at(elapsed(kpi))
  // 1 / (1 / n + r / e) + e / q, in a form that is 0 without new operations.
  const age = `${since} * (${count} / (${since} + ${number(secondsAnOperation)} * ${count}) + (${count} > bool 0) / ${number(secondsOfQuiet)})`
  return [
    { record: elapsed(kpi), expr: filter(`time() - ${last}`, '<=', expiry) },
    { record: ageing(kpi), expr: age },
    {
      record: lastOperation(kpi),
      expr: or([`0 * (${count} > 0) + time()`, `${last} >= time() - ${number(expiry)}`]),
    },
  ]
}
