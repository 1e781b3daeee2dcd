import { isDeepStrictEqual } from 'node:util'
import { type Kpi, type KpiOverride, names, overridden, overrideRank } from '@mnemoscope/kpi'
import { bracket, is, isNoneOf, type Matcher, select, unless } from './promql.js'

/** Places, as label matchers: those selected, without those excepted. */
export interface Region {
  readonly matchers: readonly Matcher[]
  readonly except: readonly (readonly Matcher[])[]
}

/** All places. */
export const everywhere: Region = { matchers: [], except: [] }

/** A region and the settings that apply everywhere in it. */
export interface Part<T> {
  readonly value: T
  readonly region: Region
}

/**
 * Divides all places by settings: first the parts that overrides set apart, then all the rest, which has the KPI's own.
 * The parts are disjoint and cover everything. An override that leaves these settings as they are makes no part of its
 * own, but still shadows wider ones, as `thresholdsAt` has it.
 * @param settingsOf the settings in question, of the KPI as it is at a place
 */
export function partition<T>(kpi: Kpi, settingsOf: (kpi: Kpi) => T): Part<T>[] {
  const own = settingsOf(kpi)
  const parts = kpi.overrides.flatMap((override): Part<T>[] => {
    const value = settingsOf(overridden(kpi, override))
    if (isDeepStrictEqual(value, own)) return []
    return [{ value, region: { matchers: placeOf(override, kpi.overrides), except: [] } }]
  })
  return [...parts, { value: own, region: without(parts.map(({ region }) => region.matchers)) }]
}

/**
 * All places but these. Models or sizes that are excepted as a group take one matcher: a lookup for each of hundreds of
 * models, in every rule, would cost more than everything else.
 */
function without(places: readonly (readonly Matcher[])[]): Region {
  const exceptedOf = (label: string) =>
    places.flatMap(([first, ...others]) =>
      first?.label === label && others.length === 0 ? [first.value] : [],
    )
  const matchers = [names.label.model, names.label.contextSize].flatMap((label) => {
    const values = exceptedOf(label)
    return values.length === 0 ? [] : [isNoneOf(label, values)]
  })
  return { matchers, except: places.filter(({ length }) => length > 1) }
}

/**
 * The series of a name that lie in a region; stands anywhere.
 * @param of what is asked of each selector, such as `last_over_time`; default: the selector itself
 */
export function within(name: string, region: Region, of = (selector: string) => selector): string {
  const selected = of(select(name, region.matchers))
  if (region.except.length === 0) return selected
  return bracket(
    region.except.reduce((expression, matchers) => unless(expression, of(select(name, matchers))), selected),
  )
}

/** Where an override is the narrowest one that matches. */
function placeOf(override: KpiOverride, all: readonly KpiOverride[]): Matcher[] {
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
