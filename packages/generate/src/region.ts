import { type Kpi, names, overrideRank, type ThresholdOverride } from '@mnemoscope/kpi'
import { is, isNoneOf, type Matcher, select, unless } from './promql.js'

/** Places, as label matchers: those selected, without those excepted. */
export interface Region {
  readonly matchers: readonly Matcher[]
  readonly except: readonly (readonly Matcher[])[]
}

/** A region and the value of a setting that is in force in all of it. */
export interface Part<T> {
  readonly value: T
  readonly region: Region
}

/**
 * Divides all places by the value that a setting has there: first the parts that overrides set apart, then all the
 * rest, which has the KPI's own value. The parts are disjoint and cover everything. An override that leaves the
 * value as it is makes no part of its own, but still shadows wider ones, as `thresholdsAt` has it.
 * @param own the KPI's own value
 * @param overridden the value of an override; undefined where it leaves the setting out
 */
export function partition<T extends string | number | undefined>(
  kpi: Pick<Kpi, 'overrides'>,
  own: T,
  overridden: (override: ThresholdOverride) => T | undefined,
): Part<T>[] {
  const parts = kpi.overrides.flatMap((override): Part<T>[] => {
    const value = overridden(override)
    if (value === undefined || value === own) return []
    return [{ value, region: { matchers: placeOf(override, kpi.overrides), except: [] } }]
  })
  const rest: Region = { matchers: [], except: parts.map(({ region }) => region.matchers) }
  return [...parts, { value: own, region: rest }]
}

/** The series of a name that lie in a region. */
export function within(name: string, region: Region): string {
  const selected = select(name, region.matchers)
  return region.except.reduce((expression, matchers) => unless(expression, select(name, matchers)), selected)
}

/** Where an override is the narrowest one that matches. */
function placeOf(override: ThresholdOverride, all: readonly ThresholdOverride[]): Matcher[] {
  const narrower = all.filter((other) => overrideRank(other) > overrideRank(override))
  const { model, contextSize } = override
  const matchers: Matcher[] = []
  if (model !== undefined) matchers.push(is(names.label.model, model))
  if (contextSize !== undefined) matchers.push(is(names.label.contextSize, String(contextSize)))
  if (model !== undefined && contextSize === undefined) {
    const sizes = narrower.filter((other) => other.model === model).map((other) => String(other.contextSize))
    if (sizes.length > 0) matchers.push(isNoneOf(names.label.contextSize, sizes))
  }
  if (model === undefined) {
    const models = narrower
      .filter((other) => other.contextSize === undefined || other.contextSize === contextSize)
      .flatMap((other) => other.model ?? [])
    if (models.length > 0) matchers.push(isNoneOf(names.label.model, [...new Set(models)]))
  }
  return matchers
}
