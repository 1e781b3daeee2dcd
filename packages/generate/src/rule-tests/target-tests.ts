import { type Config, type Kpi, names } from '@mnemoscope/kpi'
import { type Tier, tiersOf } from '../recording/tiers.js'
import { isTimed, type MeasuredPlace, measuredPlace } from './measured-place.js'
import { type Expectation, holds, holdsNot, type RuleTest, type SeriesValue } from './rule-test.js'
import { testPlaces } from './test-place.js'
import { sampleValues } from './traffic.js'

/** At a place without overrides: no traffic, a target that goes, one that restarts, and series that are new or back. */
export function targetTests(config: Config, kpi: Kpi): RuleTest[] {
  const [everywhere] = testPlaces(kpi)
  if (everywhere === undefined || !isTimed(config, kpi)) return []
  const place = measuredPlace(config, everywhere)
  const always = [goneTest(place)]
  return kpi.instrument === 'gauge'
    ? always
    : [
        ...always,
        idleTest(place),
        restartTest(place),
        newSeriesTest(place),
        newProcessTest(place),
        outageTest(place),
      ]
}

const current = (place: MeasuredPlace) => place.recorded(names.recordedSeries.current(place.kpi))
const count = (place: MeasuredPlace, { window }: { window: string } = place.kpi) =>
  place.recorded(names.recordedSeries.windowed(place.kpi, 'count', window))

const longestWindow = (place: MeasuredPlace) =>
  Math.max(...tiersOf(place.kpi).map(({ window }) => place.scrapes(window)))

/** When a process began that only its answers tell to be old: long before the test. */
const longAgo = -999_999

function times<T>(value: T, count: number): T[] {
  return Array<T>(count).fill(value)
}

/** Operations before each scrape that fill the short window. */
function busy({ kpi, scrapes }: MeasuredPlace): number {
  return Math.ceil(kpi.minSamples / Math.max(scrapes(kpi.window) - 2, 1)) + 1
}

function idleTest(place: MeasuredPlace): RuleTest {
  const scrapes = place.scrapes(place.kpi.window) + 4
  return place.test('no traffic is no value and no alert', place.exposed([{ scrapes }]), [
    holdsNot(place.seen(scrapes - 2), current(place)),
    holdsNot(place.seen(scrapes - 2), place.recorded(names.recordedSeries.samples(place.kpi))),
    holdsNot(place.seen(scrapes - 2), 'ALERTS'),
  ])
}

function goneTest(place: MeasuredPlace): RuleTest {
  const { high } = sampleValues(place.kpi)
  const lived = place.scrapes(place.kpi.window) + 8
  const longest = longestWindow(place)
  const series = place.exposed([
    { scrapes: lived, operations: busy(place), measured: high.measured },
    { scrapes: longest + 8, target: 'gone' },
  ])
  return place.test('the value outlives its target by at most one window', series, [
    holds(place.seen(lived + 2), current(place)),
    holdsNot(place.seen(lived + longest + 6), current(place)),
  ])
}

function restartTest(place: MeasuredPlace): RuleTest {
  const { high } = sampleValues(place.kpi)
  const [tier] = tiersOf(place.kpi)
  const window = place.scrapes(place.kpi.window)
  const operations = busy(place)
  const series = place.exposed([
    { scrapes: window + 8, operations, measured: high.measured },
    { scrapes: window, operations, measured: high.measured, target: 'restarted' },
  ])
  const at = place.seen(window + 8 + Math.floor(window / 2))
  return place.test('a restart neither changes the value nor counts anything twice', series, [
    ...(tier === undefined ? [] : [holds(at, high.only(current(place), tier))]),
    holds(at, `${count(place)} >= ${operations * (window - 2)} <= ${operations * (window + 2)}`),
  ])
}

function newSeriesTest(place: MeasuredPlace): RuleTest {
  const longest = longestWindow(place)
  const absent = longest + 4
  const series = {
    ...place.target(times(1, absent + longest), longAgo),
    ...newSeries(place, absent, longest),
  }
  const untilTheEnd = tiersOf(place.kpi).map((tier) =>
    holds(place.seen(absent + place.scrapes(tier.window) - 4), allCounted(place, tier)),
  )
  return place.test('operations that come with a new series count', series, [
    ...newSeriesCount(place, absent),
    ...untilTheEnd,
  ])
}

function newProcessTest(place: MeasuredPlace): RuleTest {
  const absent = 4
  const began = place.seen(absent - 1)
  const answers = [...times<SeriesValue>('_', absent), ...times(1, 10)]
  const series = { ...place.target(answers, began), ...newSeries(place, absent, 10) }
  const expectations = newSeriesCount(place, absent)
  return place.test('operations before the first scrape of a new process count', series, expectations)
}

/** As many operations at once as the short window needs, and none after. */
function newSeries(place: MeasuredPlace, absent: number, lived: number): Record<string, string> {
  const { high } = sampleValues(place.kpi)
  return place.exposed([
    { scrapes: absent, target: 'gone' },
    { scrapes: 1, operations: place.kpi.minSamples, measured: high.measured },
    { scrapes: lived - 1 },
  ])
}

function newSeriesCount(place: MeasuredPlace, absent: number): Expectation[] {
  const { high } = sampleValues(place.kpi)
  const at = place.seen(absent + 2)
  return tiersOf(place.kpi).flatMap((tier, i) => {
    const all = holds(at, allCounted(place, tier))
    return i === 0 ? [all, holds(at, high.only(current(place), tier))] : [all]
  })
}

const allCounted = (place: MeasuredPlace, tier: Tier) => `${count(place, tier)} == ${place.kpi.minSamples}`

function outageTest(place: MeasuredPlace): RuleTest {
  const { high } = sampleValues(place.kpi)
  const window = place.scrapes(place.kpi.window)
  const operations = busy(place)
  const series = {
    ...place.target([...times(1, window + 4), ...times(0, window + 6), ...times(1, 10)], longAgo),
    ...place.exposed([
      { scrapes: window + 4, operations, measured: high.measured },
      { scrapes: window + 6, target: 'gone' },
      { scrapes: 10 },
    ]),
  }
  return place.test('an outage of the scrapes brings back no old operations', series, [
    holds(place.seen(window + 2), `${count(place)} > 0`),
    holdsNot(place.seen(2 * window + 16), `${count(place)} > 0`),
  ])
}
