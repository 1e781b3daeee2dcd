import {
  isBreach,
  isQuantile,
  type Kpi,
  kpiAt,
  largerContextSize,
  names,
  type Place,
  shareSettings,
  type ThresholdSeverity,
  thresholdSeverities,
} from '@mnemoscope/kpi'
import { is, isOneOf, type Matcher, select } from '../promql.js'
import { type ExpectedSample, seriesValues } from './rule-test.js'

/** A place of a kind that settings tell apart, and the KPI as it is there. */
export interface TestPlace {
  /** Which override is meant: `gpt-4o at any size`. */
  readonly title: string
  readonly place: Place
  readonly kpi: Kpi
}

/** A place of which no override names anything. */
const anyPlace: Place = { model: 'any-model', operation: 'any-operation', contextSize: largerContextSize }

/** A place that no override is for, then one for each override where none is narrower. */
export function testPlaces(kpi: Kpi): TestPlace[] {
  return [
    { title: 'everywhere', place: anyPlace, kpi },
    ...kpi.overrides.map(({ model, operation, contextSize }) => {
      const place = {
        model: model ?? anyPlace.model,
        operation: operation ?? anyPlace.operation,
        contextSize: contextSize === undefined ? anyPlace.contextSize : String(contextSize),
      }
      const title =
        `${model ?? 'any model'}, ${operation ?? 'any operation'} ` + `at ${contextSize ?? 'any'} tokens`
      return { title, place, kpi: kpiAt(kpi, place) }
    }),
  ]
}

const { job, model, contextSize, operation, severity, kpi: kpiLabel } = names.label

/**
 * Series that a KPI is judged by, given by the test itself instead of by operations: the value of each evaluation, which
 * is certain, or a range that it may be in.
 */
export function judgedSeries(
  kpi: Kpi,
  service: string,
  place: Place,
  values: readonly (number | readonly [low: number, high: number] | 'stale')[],
): Record<string, string> {
  const { beyond, high, low, nearCurrent } = names.judgeSeries
  const series = (
    name: string,
    of: (low: number, high: number) => number,
    matchers: readonly Matcher[] = [],
  ) => [
    select(name, [...placeMatchers(service, place), ...matchers]),
    seriesValues(
      values.map((value) => {
        if (value === 'stale') return value
        return typeof value === 'number' ? of(value, value) : of(...value)
      }),
    ),
  ]
  const middle = (least: number, most: number) => (least + most) / 2
  const current = series(names.recordedSeries.current(kpi), middle)
  const near = series(nearCurrent(kpi), middle)
  // Of a gauge both are recorded from its value.
  if (kpi.instrument === 'gauge') return Object.fromEntries([current])
  if (!isQuantile(kpi.statistic)) {
    return Object.fromEntries([
      current,
      near,
      series(low(kpi), (least) => least),
      series(high(kpi), (_, most) => most),
    ])
  }
  const { allowed } = shareSettings(kpi)
  const shares = levelsOf(kpi).flatMap(({ level, threshold }) => {
    const share = (value: number) => (isBreach(kpi.direction, value, threshold) ? allowed : allowed * 0.9)
    const ofLevel = [is(severity, level)]
    return [
      series(beyond(kpi), () => 0, ofLevel),
      series(low(kpi), (least, most) => Math.min(share(least), share(most)), ofLevel),
      series(high(kpi), (least, most) => Math.max(share(least), share(most)), ofLevel),
    ]
  })
  return Object.fromEntries([current, near, ...shares])
}

/** The series with the value of a place. */
export function currentSeries(kpi: Kpi, service: string, place: Place): string {
  return placeSeries(names.recordedSeries.current(kpi), service, place)
}

/** A recorded series of a place, given by the test itself. */
export function placeSeries(name: string, service: string, place: Place): string {
  return select(name, placeMatchers(service, place))
}

/** The levels that have a threshold, from the mildest. */
export function levelsOf(kpi: Kpi) {
  return thresholdSeverities.flatMap((level) => {
    const threshold = kpi.thresholds[level]
    return threshold === undefined ? [] : [{ level, threshold }]
  })
}

/** Firing or pending alerts of a KPI's thresholds, or of one level, or of one service only. */
export function alertSeries(
  kpi: Kpi,
  state: 'firing' | 'pending',
  level?: ThresholdSeverity,
  service?: string,
): string {
  const levels = level === undefined ? thresholdSeverities : [level]
  const alerts = levels.map((each) => names.alertName(kpi, each))
  return select('ALERTS', [
    isOneOf('alertname', alerts),
    is('alertstate', state),
    ...(service === undefined ? [] : [is(job, service)]),
  ])
}

/** The alert of a level at a place, with every label it carries. */
export function alertSample(
  kpi: Kpi,
  state: 'firing' | 'pending',
  level: ThresholdSeverity,
  service: string,
  place: Place,
): ExpectedSample {
  const labels = [
    is('alertname', names.alertName(kpi, level)),
    is('alertstate', state),
    is(severity, level),
    is(kpiLabel, kpi.id),
    ...placeMatchers(service, place),
  ]
  return { labels: select('ALERTS', labels), value: 1 }
}

function placeMatchers(service: string, place: Place) {
  return [
    is(job, service),
    is(model, place.model),
    is(contextSize, place.contextSize),
    is(operation, place.operation),
  ]
}
