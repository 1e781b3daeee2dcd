import { isDeepStrictEqual } from 'node:util'
import { type Kpi, type KpiOverride, names, overridden, overrideKeys, overrideRank } from '@mnemoscope/kpi'
import { bracket, is, isNoneOf, type Matcher, select, unless } from './promql.js'

/** Places, as label matchers: those selected, without those of the excepted regions. */
export interface Region {
  readonly matchers: readonly Matcher[]
  readonly except: readonly Region[]
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
    return [{ value, region: regionOf(override, kpi.overrides) }]
  })
  return [...parts, { value: own, region: without(parts.map(({ region }) => region)) }]
}

/**
 * All places but these. Models, operations or sizes that are excepted as a group take one matcher: a lookup for each of
 * hundreds of models, in every rule, would cost more than everything else.
 */
function without(regions: readonly Region[]): Region {
  const isGroup = ({ matchers, except }: Region) => matchers.length === 1 && except.length === 0
  const excepted = regions.filter(isGroup).flatMap(({ matchers }) => matchers)
  const matchers = overrideKeys.flatMap((key) => {
    const values = excepted.filter((each) => each.label === names.label[key]).map(({ value }) => value)
    return values.length === 0 ? [] : [isNoneOf(names.label[key], values)]
  })
  return { matchers, except: regions.filter((region) => !isGroup(region)) }
}

/**
 * The series of a name that lie in a region; stands anywhere.
 * @param of what is asked of each selector, such as `last_over_time`; default: the selector itself
 */
export function within(name: string, region: Region, of = (selector: string) => selector): string {
  const selected = of(select(name, region.matchers))
  if (region.except.length === 0) return selected
  return bracket(
    region.except.reduce((expression, except) => unless(expression, within(name, except, of)), selected),
  )
}

type OverrideKey = (typeof overrideKeys)[number]

/** Where an override is the narrowest one that matches. */
function regionOf(override: KpiOverride, all: readonly KpiOverride[]): Region {
  const narrower = all
    .filter((other) => overrideRank(other) > overrideRank(override) && canMeet(other, override))
    .map((other) => ({
      other,
      keys: overrideKeys.filter((key) => override[key] !== other[key] && other[key] !== undefined),
    }))
  // One that names one thing more takes a matcher; one that names several is excepted, unless a matcher covers it.
  const excepted = (key: OverrideKey) =>
    narrower.flatMap(({ other, keys }) => (keys.length === 1 && keys[0] === key ? [String(other[key])] : []))
  const groups = overrideKeys.map((key) => ({ key, values: [...new Set(excepted(key))] }))
  const isCovered = (other: KpiOverride) =>
    groups.some(({ key, values }) => values.includes(String(other[key])))
  return {
    matchers: [
      ...matchersOf(override),
      ...groups.flatMap(({ key, values }) =>
        values.length === 0 ? [] : [isNoneOf(names.label[key], values)],
      ),
    ],
    except: narrower
      .filter(({ other, keys }) => keys.length > 1 && !isCovered(other))
      .map(({ other }) => ({ matchers: matchersOf({ ...override, ...other }), except: [] })),
  }
}

/** Whether a place can match both. */
function canMeet(a: KpiOverride, b: KpiOverride): boolean {
  return overrideKeys.every((key) => a[key] === undefined || b[key] === undefined || a[key] === b[key])
}

function matchersOf(override: KpiOverride): Matcher[] {
  return overrideKeys.flatMap((key) => {
    const value = override[key]
    return value === undefined ? [] : [is(names.label[key], String(value))]
  })
}
