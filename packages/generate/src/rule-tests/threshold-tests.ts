import { type Config, durationSeconds, isBreach, type Kpi, thresholdSeverities } from '@mnemoscope/kpi'
import { alertSample, alertSeries, currentSeries } from './alert-series.js'
import { type TestPlace, testPlaces } from './places.js'
import type { RuleTest } from './rule-test.js'
import { seriesValues } from './series-values.js'

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
  const series = values.map(({ service, value }) => [
    currentSeries(kpi, service, place),
    seriesValues(Array<number>(evaluations + 1).fill(value)),
  ])
  const firing = values.flatMap(({ service, value }) =>
    set
      .filter(({ threshold }) => isBreach(kpi.direction, value, threshold))
      .map(({ level }) => alertSample(kpi, 'firing', level, service, place)),
  )
  return [
    {
      name: `${kpi.id}, ${title}: short of, at and beyond each threshold`,
      interval,
      series: Object.fromEntries(series),
      expectations: [{ at: evaluations * interval, expr: alertSeries(kpi, 'firing'), samples: firing }],
    },
  ]
}

/** The levels that have a threshold, from the mildest. */
export function levelsOf(kpi: Kpi) {
  return thresholdSeverities.flatMap((level) => {
    const threshold = kpi.thresholds[level]
    return threshold === undefined ? [] : [{ level, threshold }]
  })
}

/** A small step towards the bad side, less than half of what lies between a threshold, its end and its neighbours. */
export function stepBetween(kpi: Kpi): number {
  const thresholds = levelsOf(kpi).map(({ threshold }) => threshold)
  const sizes = thresholds.map((threshold) => Math.abs(threshold))
  const gaps = thresholds.slice(1).map((threshold, i) => Math.abs(threshold - (thresholds[i] as number)))
  const smallest = Math.min(...[...sizes, ...gaps].filter((size) => size > 0), 1)
  const step = smallest / 64
  return kpi.direction === 'higher_is_better' ? -step : step
}
