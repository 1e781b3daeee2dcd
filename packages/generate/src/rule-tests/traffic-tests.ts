import { isDeepStrictEqual } from 'node:util'
import { type Config, type Kpi, names } from '@mnemoscope/kpi'
import { distributionWindow, isQuantile, type Tier, tiersOf } from '../recording/tiers.js'
import { isTimed, type MeasuredPlace, measuredPlace } from './measured-place.js'
import { type Expectation, holds, holdsNot, type RuleTest } from './rule-test.js'
import { testPlaces } from './test-place.js'
import { type Phase, sampleValues } from './traffic.js'

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
  // Full cycles, so that operations keep their distance across the change.
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

/**
 * Traffic just short of what the short window asks for: after busier times it is judged by that window all the same,
 * and without them by the sparse one. None where the settings leave no such traffic.
 */
export function hoveringTests(config: Config, kpi: Kpi): RuleTest[] {
  const ofItsOwn = testPlaces(kpi).filter(
    (place) => place.kpi === kpi || !isDeepStrictEqual(tiersOf(place.kpi), tiersOf(kpi)),
  )
  return ofItsOwn.flatMap((testPlace) => {
    if (!isTimed(config, testPlace.kpi)) return []
    const place = measuredPlace(config, testPlace)
    const [short] = tiersOf(place.kpi)
    return short?.kept === undefined ? [] : testsOf(place, short, short.kept)
  })
}

function testsOf(place: MeasuredPlace, short: Tier, kept: NonNullable<Tier['kept']>): RuleTest[] {
  const window = place.scrapes(short.window)
  const sparse = place.scrapes(kept.window)
  const hovering = hoveringOf(window, kept.leastSamples, short.minSamples)
  // The sparse window must still hold what the short one has left behind.
  if (hovering === undefined || sparse < 3 * window) return []
  const { high, low } = sampleValues(place.kpi)
  const current = place.recorded(names.recordedSeries.current(place.kpi))
  const busy = Math.ceil(short.minSamples / Math.max(window - 2, 1)) + 1
  const idle = { scrapes: 4 }
  const passed = window + 2
  const after: Phase[] = [
    idle,
    // So much of it that it is most of what the sparse window holds, whatever is judged of that.
    { scrapes: window, operations: 8 * busy, measured: high.measured },
    { scrapes: passed, operations: busy, measured: low.measured },
    { scrapes: passed, ...hovering, measured: low.measured },
  ]
  const without: Phase[] = [
    idle,
    { scrapes: sparse, ...hovering, measured: high.measured },
    { scrapes: passed, ...hovering, measured: low.measured },
  ]
  const end = (phases: readonly Phase[]) =>
    place.seen(phases.reduce((sum, { scrapes }) => sum + scrapes, 0) - 1)
  const isLow = low.only(current, short)
  return [
    place.test('traffic that hovers after a recovery does not bring the breach back', place.exposed(after), [
      holds(end(after), isLow),
    ]),
    place.test(
      'traffic that hovers without having been busier is judged by the sparse window',
      place.exposed(without),
      [holdsNot(end(without), isLow)],
    ),
  ]
}

/** Operations of which a window holds fewer than `most` and more than `least`, with room for what is extrapolated. */
function hoveringOf(
  window: number,
  least: number,
  most: number,
): { every: number; operations: number } | undefined {
  for (let every = 1; every <= window; every++) {
    for (let operations = 1; operations < most; operations++) {
      // A window cuts a cycle of several scrapes short, or holds one more.
      const [fewest, atMost] =
        every === 1
          ? [window * operations, window * operations]
          : [Math.floor((window - 1) / every) * operations, Math.ceil((window + 1) / every) * operations]
      if (fewest > least && atMost < most) return { every, operations }
    }
  }
  return undefined
}
