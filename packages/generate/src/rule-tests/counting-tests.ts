import { type Config, durationSeconds, type Kpi, names } from '@mnemoscope/kpi'
import { over } from '../promql.js'
import { type MeasuredPlace, measuredPlace } from './measured-place.js'
import { type Expectation, holds, holdsNot, type RuleTest, type SeriesValue } from './rule-test.js'
import { levelsOf, testPlaces } from './test-place.js'
import type { Phase } from './traffic.js'

/** At a place without overrides: whether each operation counts once, and the value ends with what it is of. */
export function countingTests(config: Config, kpi: Kpi): RuleTest[] {
  const [everywhere] = testPlaces(kpi)
  if (everywhere === undefined) return []
  const place = measuredPlace(config, everywhere)
  const measured = measuredAt(kpi)
  if (kpi.instrument === 'gauge') return [goneGaugeTest(place, measured)]
  return [
    idleTest(place),
    restartTest(place, measured),
    newSeriesTest(place, measured),
    newProcessTest(place, measured),
    oldCounterTest(place, measured),
    outageTest(place, measured),
    expiryTest(place, measured),
  ]
}

/** Something that can be measured. */
function measuredAt(kpi: Kpi): number | string {
  const { min, max } = kpi.range
  return kpi.outcomes?.counted[0] ?? Math.min(levelsOf(kpi)[0]?.threshold ?? max, (min + max) / 2)
}

const current = ({ kpi, recorded }: MeasuredPlace) => recorded(names.recordedSeries.current(kpi))

/** So many operations were counted from the beginning to an instant. */
function counted(place: MeasuredPlace, at: number, operations: number): Expectation {
  const added = place.recorded(names.judgeSeries.added(place.kpi, 'count'))
  return holds(at, `${over('sum_over_time', added, `${at + 1}s`)} == ${operations}`)
}

/** When a process began that only its answers show to be old: long before the test. */
const longAgo = -999_999

function times<T>(value: T, count: number): T[] {
  return Array<T>(count).fill(value)
}

function idleTest(place: MeasuredPlace): RuleTest {
  return place.test('no traffic is no value and no alert', place.exposed([{ scrapes: 20 }]), [
    holdsNot(place.seen(18), current(place)),
    holdsNot(place.seen(18), place.recorded(names.recordedSeries.samples(place.kpi))),
    holdsNot(place.seen(18), 'ALERTS'),
  ])
}

function restartTest(place: MeasuredPlace, measured: number | string): RuleTest {
  const [before, after] = [10 + place.scrapesAnEvaluation, 11]
  const phases: Phase[] = [
    { scrapes: place.scrapesAnEvaluation + 1 },
    { scrapes: before, operations: 3, measured },
    { scrapes: after, operations: 2, measured, target: 'restarted' },
    { scrapes: 2 * place.scrapesAnEvaluation },
  ]
  const end = place.seen(lengthOf(phases) - 2)
  return place.test('a restart loses nothing and counts nothing twice', place.exposed(phases), [
    counted(place, end, 3 * before + 2 * after),
  ])
}

function newSeriesTest(place: MeasuredPlace, measured: number | string): RuleTest {
  const absent = 3 * place.scrapesAnEvaluation
  const phases: Phase[] = [
    { scrapes: absent, target: 'gone' },
    { scrapes: 1, operations: 3, measured },
    { scrapes: 3 * place.scrapesAnEvaluation },
  ]
  const series = { ...place.target(times(1, lengthOf(phases)), longAgo), ...place.exposed(phases) }
  return place.test('operations that come with a new series count', series, [
    counted(place, place.seen(absent + 1), 3),
    counted(place, place.seen(lengthOf(phases) - 2), 3),
  ])
}

function newProcessTest(place: MeasuredPlace, measured: number | string): RuleTest {
  const absent = 3 * place.scrapesAnEvaluation
  const began = place.seen(absent - 1)
  const phases: Phase[] = [
    { scrapes: absent, target: 'gone' },
    { scrapes: 1, operations: 3, measured },
    // It does not live for long.
    { scrapes: 2 * place.scrapesAnEvaluation, target: 'gone' },
  ]
  const answers: SeriesValue[] = [...times<SeriesValue>('_', absent), 1, 'stale']
  const series = { ...place.target(answers, began), ...place.exposed(phases) }
  return place.test('operations before the first scrape of a new process count', series, [
    counted(place, place.seen(absent + 1), 3),
  ])
}

function oldCounterTest(place: MeasuredPlace, measured: number | string): RuleTest {
  const phases: Phase[] = [
    { scrapes: 2 * place.scrapesAnEvaluation, operations: 5, every: 1_000, measured },
    { scrapes: 1, operations: 2, measured },
    { scrapes: 2 * place.scrapesAnEvaluation },
  ]
  const series = { ...place.target(times(1, lengthOf(phases)), longAgo), ...place.exposed(phases) }
  return place.test('what a process did before it is seen for the first time does not count', series, [
    counted(place, place.seen(lengthOf(phases) - 2), 2),
  ])
}

function outageTest(place: MeasuredPlace, measured: number | string): RuleTest {
  const lost = place.scrapes('5m')
  const phases: Phase[] = [
    { scrapes: place.scrapesAnEvaluation + 1 },
    { scrapes: 4, operations: 3, measured },
    { scrapes: lost, target: 'gone' },
    { scrapes: 2 + 2 * place.scrapesAnEvaluation, operations: 7, every: 1_000, measured },
  ]
  return place.test(
    'operations during an outage of the scrapes count once they are seen',
    place.exposed(phases),
    [counted(place, place.seen(lengthOf(phases) - 2), 12 + 7)],
  )
}

function expiryTest(place: MeasuredPlace, measured: number | string): RuleTest {
  const lived = 4 + place.scrapesAnEvaluation
  const phases: Phase[] = [
    { scrapes: place.scrapesAnEvaluation + 1 },
    { scrapes: lived, operations: 3, measured },
    { scrapes: 1, target: 'gone' },
  ]
  const weight = place.recorded(names.judgeSeries.memory(place.kpi, 'weight_middle'))
  const last = place.seen(place.scrapesAnEvaluation + lived)
  const expiry = durationSeconds(place.kpi.expiry)
  const known = (at: number) => holds(at, `count(${weight})`)
  return place.test('the value outlives its target, and expires', place.exposed(phases), [
    known(place.seen(lengthOf(phases) + place.scrapesAnEvaluation)),
    known(Math.floor((last + expiry - place.evaluation) / place.evaluation) * place.evaluation),
    holdsNot(Math.ceil((last + expiry) / place.evaluation) * place.evaluation + 2 * place.evaluation, weight),
  ])
}

function goneGaugeTest(place: MeasuredPlace, measured: number | string): RuleTest {
  const phases: Phase[] = [
    // Until an evaluation has seen it, however seldom there is one.
    { scrapes: 3 + place.scrapesAnEvaluation, measured },
    { scrapes: 1, target: 'gone' },
  ]
  return place.test('the value ends soon after its target', place.exposed(phases), [
    holds(place.seen(2), current(place)),
    holdsNot(place.seen(lengthOf(phases) + 2 + place.scrapesAnEvaluation), current(place)),
  ])
}

function lengthOf(phases: readonly Phase[]): number {
  return phases.reduce((sum, { scrapes }) => sum + scrapes, 0)
}
