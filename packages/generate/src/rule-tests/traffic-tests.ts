import { isDeepStrictEqual } from 'node:util'
import { type Config, type Kpi, names } from '@mnemoscope/kpi'
import { distributionWindow, isQuantile, type Tier, tiersOf } from '../rules/tiers.js'
import { isTimed, type MeasuredPlace, measuredPlace } from './measured-place.js'
import { testPlaces } from './places.js'
import { type Expectation, holds, holdsNot, type RuleTest } from './rule-test.js'
import { sampleValues } from './sample-values.js'

/** For each place that has tiers of its own: much, little and rare traffic, each measured over its own window. */
export function trafficTests(config: Config, kpi: Kpi): RuleTest[] {
  const ofItsOwn = testPlaces(kpi).filter(
    (place) => place.kpi === kpi || !isDeepStrictEqual(tiersOf(place.kpi), tiersOf(kpi)),
  )
  return ofItsOwn.flatMap((testPlace) => {
    if (!isTimed(config, testPlace.kpi)) return []
    const place = measuredPlace(config, testPlace)
    return tiersOf(place.kpi).flatMap((tier, _, tiers) =>
      tierTest(place, tier, distributionWindow(kpi, tiers, tier)),
    )
  })
}

/** The value follows a change within the tier's window: not before most of it has passed, and fully after it. */
function tierTest(place: MeasuredPlace, tier: Tier, ofDistribution: string): RuleTest[] {
  const traffic = trafficOf(place, tier)
  if (traffic === undefined) return []
  const { every, operations, name } = traffic
  const { high, low } = sampleValues(place.kpi)
  const window = place.scrapes(tier.window)
  const distribution = place.scrapes(ofDistribution)
  const first = 4
  // Whole cycles, so that operations keep their distance across the change.
  const cycles = Math.ceil((window + 8) / every) * every
  const series = place.exposed([
    { scrapes: first },
    { scrapes: cycles, every, operations, measured: high.measured },
    { scrapes: cycles + distribution - window + 8, every, operations, measured: low.measured },
  ])
  const current = place.recorded(names.recordedSeries.current(place.kpi))
  const samples = place.recorded(names.recordedSeries.samples(place.kpi))
  const change = first + cycles
  const before = place.seen(change - 2)
  const lastHigh = change - every
  const after = place.seen(Math.max(lastHigh + window + 2, change + 2))
  const expectations: Expectation[] = [
    holdsNot(place.seen(2), current),
    holds(before, high.only(current, tier)),
    holds(before, samples),
    holds(after, low.only(current, tier)),
  ]
  // Most operations of the window are still high then; rare ones come one a window, and there is nothing in between.
  const fewLow = Math.floor(every === 1 ? window / 4 : every / 2)
  const between = tier.rare === undefined ? place.seen(change + fewLow) : undefined
  if (between !== undefined) expectations.push(holdsNot(between, low.only(current, tier)))
  if (place.kpi.instrument === 'histogram') {
    // A p95 is low only once every high operation has left the window.
    const tail = place.recorded(names.recordedSeries.quantile(place.kpi, 'p95'))
    const ofTail: Tier = { ...tier, statistic: 'p95' }
    const allLow = after + place.seen(distribution - window)
    expectations.push(holds(before, high.only(tail, ofTail)), holds(allLow, low.only(tail, ofTail)))
    if (between !== undefined) expectations.push(holdsNot(between, low.only(tail, ofTail)))
  }
  return [place.test(name, series, expectations)]
}

interface Traffic {
  readonly name: string
  readonly every: number
  readonly operations: number
}

/** Traffic that only this tier can be trusted with; undefined where its settings leave none. */
function trafficOf(place: MeasuredPlace, tier: Tier): Traffic | undefined {
  const { kpi } = place
  const [short, sparse, rare] = tiersOf(kpi) as [Tier, Tier?, Tier?]
  const window = place.scrapes(tier.window)
  if (tier.window === short.window) {
    const operations = Math.ceil(tier.minSamples / Math.max(window - 2, 1)) + 1
    return { name: 'much traffic is measured over the short window', every: 1, operations }
  }
  if (sparse !== undefined && tier.window === sparse.window) {
    const every = Math.floor(window / (tier.minSamples + 1))
    const inShort = Math.ceil(place.scrapes(short.window) / Math.max(every, 1)) + 1
    if (every < 1 || inShort >= short.minSamples) return undefined
    return { name: 'little traffic is measured over the sparse window', every, operations: 1 }
  }
  const every = window - place.scrapes(short.window) - 4
  const inSparse = Math.ceil(place.scrapes(sparse?.window ?? tier.window) / Math.max(every, 1)) + 1
  if (rare === undefined || every < 1 || inSparse >= (sparse?.minSamples ?? 0)) return undefined
  return {
    name: `rare traffic has a value${isQuantile(tier.statistic) ? ', its median' : ''}`,
    every,
    operations: 1,
  }
}
