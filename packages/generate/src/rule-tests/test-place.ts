import {
  type Kpi,
  kpiAt,
  largerContextSize,
  names,
  type Place,
  type ThresholdSeverity,
  thresholdSeverities,
} from '@mnemoscope/kpi'
import { is, isOneOf, select } from '../promql.js'
import type { ExpectedSample } from './rule-test.js'

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

/** The series that a KPI is judged by, given by the test itself. */
export function currentSeries(kpi: Kpi, service: string, place: Place): string {
  return placeSeries(names.recordedSeries.current(kpi), service, place)
}

/** A recorded series of a place, given by the test itself. */
export function placeSeries(name: string, service: string, place: Place): string {
  return select(name, placeMatchers(service, place))
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
