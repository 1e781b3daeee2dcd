import {
  type Kpi,
  largerContextSize,
  overridden,
  overrideMatches,
  overrideRank,
  type Place,
} from '@mnemoscope/kpi'

/** A place of a kind that settings tell apart, and the KPI as it is there. */
export interface TestPlace {
  /** Which override is meant: `gpt-4o at any size`. */
  readonly title: string
  readonly place: Place
  readonly kpi: Kpi
}

/** A model that no override names. */
const anyModel = 'any-model'

/** A place that no override is for, then one for each override where none is narrower. */
export function testPlaces(kpi: Kpi): TestPlace[] {
  const everywhere = { title: 'everywhere', place: { model: anyModel, contextSize: largerContextSize }, kpi }
  return [
    everywhere,
    ...kpi.overrides.map(({ model, contextSize }) => {
      const place = {
        model: model ?? anyModel,
        contextSize: contextSize === undefined ? largerContextSize : String(contextSize),
      }
      const title = `${model ?? 'any model'} at ${contextSize ?? 'any'} tokens`
      return { title, place, kpi: kpiAt(kpi, place) }
    }),
  ]
}

/** A KPI as the narrowest override that matches a place has it. */
function kpiAt(kpi: Kpi, place: Place): Kpi {
  const [narrowest] = kpi.overrides
    .filter((override) => overrideMatches(override, place))
    .sort((a, b) => overrideRank(b) - overrideRank(a))
  return narrowest === undefined ? kpi : overridden(kpi, narrowest)
}
