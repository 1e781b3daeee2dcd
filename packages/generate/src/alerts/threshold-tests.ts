import {
  type Config,
  durationSeconds,
  isBreach,
  type Kpi,
  names,
  type ThresholdSeverity,
} from '@mnemoscope/kpi'
import { unless } from '../promql.js'
import { type Expectation, holdsNot, type RuleTest } from '../rule-tests/rule-test.js'
import {
  alertSample,
  alertSeries,
  judgedSeries,
  levelsOf,
  type TestPlace,
  testPlaces,
} from '../rule-tests/test-place.js'

/** For each place that overrides tell apart: a value short of each threshold, at it and beyond it, and the alerts of each. */
export function thresholdTests(config: Config, kpi: Kpi): RuleTest[] {
  return testPlaces(kpi).flatMap((place) => thresholdTest(config, place))
}

function thresholdTest(config: Config, { title, place, kpi }: TestPlace): RuleTest[] {
  const set = levelsOf(kpi)
  if (set.length === 0) return []
  const interval = durationSeconds(config.alertCheckInterval)
  const evaluations = Math.ceil(durationSeconds(kpi.for) / interval) + 3
  const step = stepBetween(kpi)
  const values = set.flatMap(({ level, threshold }) => [
    { service: `short-of-${level}`, value: threshold - step },
    { service: `at-${level}`, value: threshold },
    { service: `beyond-${level}`, value: threshold + step },
  ])
  const series = values.map(({ service, value }) =>
    judgedSeries(kpi, service, place, Array<number>(evaluations + 1).fill(value)),
  )
  const firing = values.flatMap(({ service, value }) =>
    set
      .filter(({ threshold }) => isBreach(kpi.direction, value, threshold))
      .map(({ level }) => alertSample(kpi, 'firing', level, service, place)),
  )
  return [
    {
      name: `${kpi.id}, ${title}: short of, at and beyond each threshold`,
      interval,
      series: Object.assign({}, ...series),
      expectations: [{ at: evaluations * interval, expr: alertSeries(kpi, 'firing'), samples: firing }],
    },
  ]
}

/** A small step towards the bad side, less than half of what lies between a threshold, its end and its neighbours. */
export function stepBetween(kpi: Kpi): number {
  const thresholds = levelsOf(kpi).map(({ threshold }) => threshold)
  const sizes = thresholds.map((threshold) => Math.abs(threshold))
  const gaps = thresholds.slice(1).map((threshold, i) => Math.abs(threshold - (thresholds[i] as number)))
  const all = [...sizes, ...gaps].filter((size) => size > 0)
  const smallest = all.length === 0 ? 1 : Math.min(...all)
  const step = smallest / 64
  return kpi.direction === 'higher_is_better' ? -step : step
}

/** For each place and level: an alert from its first breach to its end, through doubt whether it goes on and back into it. */
export function lifecycleTests(config: Config, kpi: Kpi): RuleTest[] {
  return testPlaces(kpi).flatMap((place) => {
    const levels = levelsOf(place.kpi)
    if (levels.length === 0) return []
    const lives = levels.map(({ level, threshold }) => life(config, place, level, threshold))
    return [
      {
        name: `${kpi.id}, ${place.title}: each level starts with certainty, goes on in doubt, ends with certainty`,
        interval: durationSeconds(config.alertCheckInterval),
        series: Object.assign({}, ...lives.map(({ series }) => series)),
        expectations: lives.flatMap(({ expectations }) => expectations),
      },
    ]
  })
}

interface Life {
  readonly series: Record<string, string>
  readonly expectations: readonly Expectation[]
}

/** The life of one level's alert, in a service of its own. */
function life(config: Config, { place, kpi }: TestPlace, level: ThresholdSeverity, threshold: number): Life {
  const service = `breaching-${level}`
  const interval = durationSeconds(config.alertCheckInterval)
  const waiting = Math.ceil(durationSeconds(kpi.for) / interval)
  const keeping = Math.ceil(durationSeconds(kpi.keepFiringFor) / interval)
  const step = stepBetween(kpi)
  const [healthy, breach] = [threshold - step, threshold + step]
  const doubt = [Math.min(healthy, breach), Math.max(healthy, breach)] as const
  // What a gauge reads is certain.
  const canDoubt = kpi.instrument !== 'gauge'

  const values: (number | typeof doubt)[] = []
  const expectations: Expectation[] = []
  const live = (value: number | typeof doubt, evaluations: number) => {
    const first = values.length
    values.push(...Array<number | typeof doubt>(evaluations).fill(value))
    return first
  }
  const expectAt = (evaluation: number, state: 'firing' | 'pending', is: boolean) => {
    const expr = alertSeries(kpi, state, level, service)
    const samples = is ? [alertSample(kpi, state, level, service, place)] : []
    expectations.push({ at: evaluation * interval, expr, samples })
  }

  const begun = live(healthy, 3)
  expectAt(begun + 2, 'firing', false)
  if (canDoubt) expectAt(live(doubt, waiting + 2) + waiting + 1, 'firing', false)
  const breached = live(breach, waiting + 3)
  if (waiting > 0) expectAt(breached + waiting - 1, 'pending', true)
  expectAt(breached + waiting, 'firing', true)
  if (canDoubt) expectAt(live(doubt, keeping + 3) + keeping + 2, 'firing', true)
  const recovered = live(healthy, keeping + 2)
  if (keeping > 0) expectAt(recovered + keeping - 1, 'firing', true)
  expectAt(recovered + keeping, 'firing', false)
  if (canDoubt) expectAt(live(doubt, waiting + 2) + waiting + 1, 'firing', false)

  return {
    series: judgedSeries(kpi, service, place, values),
    expectations: [...expectations, ...worseImpliesMilder(kpi, expectations)],
  }
}

/** Whenever a level fires, so do all milder ones: CRITICAL implies ERROR implies WARNING. */
function worseImpliesMilder(kpi: Kpi, at: readonly Expectation[]): Expectation[] {
  return levelsOf(kpi).flatMap(({ level }, i, levels) => {
    const milder = levels[i - 1]?.level
    if (milder === undefined) return []
    const firing = (each: ThresholdSeverity) => alertSeries(kpi, 'firing', each)
    const withoutMilder = unless(firing(level), firing(milder), names.seriesLabels)
    return [...new Set(at.map((expectation) => expectation.at))].map((time) => holdsNot(time, withoutMilder))
  })
}
