import { isDeepStrictEqual } from 'node:util'
import { type Config, type Kpi, names } from '@mnemoscope/kpi'
import { type Tier, tiersOf } from '../rules/tiers.js'
import { isTimed, type MeasuredPlace, measuredPlace } from './measured-place.js'
import { testPlaces } from './places.js'
import { holds, holdsNot, type RuleTest } from './rule-test.js'
import { sampleValues } from './sample-values.js'
import type { Phase } from './traffic.js'

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
