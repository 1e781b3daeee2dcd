import { type Config, durationSeconds, type Kpi, names } from '@mnemoscope/kpi'
import { artificialTrafficNote, humanized, links, literally, modelAndOperation } from '../annotations.js'
import { ago, and, bracket, number, or } from '../promql.js'
import type { AlertRule, RuleGroup } from '../rule.js'
import { informs, worseValues } from '../rule-tests/informed.js'
import { type RuleTest, steadyValues } from '../rule-tests/rule-test.js'
import { placeSeries, testPlaces } from '../rule-tests/test-place.js'
import type { KpiAlertKind } from './alert-kind.js'
import { worstSide } from './threshold.js'
import { recordedTrend, trendInterval } from './trend.js'

const runbook = 'drift.md'
const alertName = (kpi: Kpi) => names.alertName(kpi, 'drift_info')

/** Information: this day is worse than the same day of the week before. What gets worse by a little every day is found so. */
export const drift: KpiAlertKind = {
  alerts: (kpi) => [{ name: alertName(kpi), severity: 'info' }],
  runbook: () => runbook,
  groups: (config, kpi) => [driftGroup(config, kpi)],
  tests: driftTests,
  testFile: { suffix: 'drift', interval: () => testInterval },
  judged: (kpi) => ({ expression: recordedTrend(kpi).day, unit: kpi.unit, worst: worstSide(kpi) }),
  settings: () => [['alerting', 'trend', 'change']],
}

/** Days apart: the same day of the week before; in a first week, where nothing is known of weekdays, fewer. */
const daysApart = ['7d', '3d'] as const

/** A day's mean near the limit must not raise an alert at each evaluation. */
const steady = '1h'

function driftGroup(config: Config, kpi: Kpi): RuleGroup {
  return { name: `mnemoscope_${kpi.id}_drift`, interval: trendInterval, rules: [driftAlert(config, kpi)] }
}

/**
 * The day's mean against an earlier day's: worse by a share worth knowing, and by more than the values of that day
 * differed from their mean.
 */
function driftAlert(config: Config, kpi: Kpi): AlertRule {
  const { change } = config.alerting.trend
  const { day, deviation } = recordedTrend(kpi)
  const before = bracket(or(daysApart.map((days) => ago(day, days))))
  const wavesBefore = bracket(or(daysApart.map((days) => ago(deviation, days))))
  const worse = bracket(kpi.direction === 'higher_is_better' ? `${before} - ${day}` : `${day} - ${before}`)
  return {
    alert: alertName(kpi),
    expr: and(
      day,
      bracket(and(`${worse} > ${number(change)} * abs(${before})`, `${worse} > ${wavesBefore}`)),
    ),
    for: steady,
    keep_firing_for: steady,
    labels: { [names.label.severity]: 'info', [names.label.kpi]: kpi.id },
    annotations: {
      summary: `${literally(kpi.title)} of ${modelAndOperation} in {{ $labels.job }} gets worse from day to day`,
      description:
        `${literally(kpi.title)} of ${modelAndOperation} at context size {{ $labels.context_size }} was ${humanized(kpi)} ` +
        `over a day: worse than the same day a week before (in a first week, than three days before) by more than ` +
        `${Number((change * 100).toPrecision(4))} %, and by more than the values of that day differed.${artificialTrafficNote}`,
      value: '{{ $value }}',
      ...links(config, runbook, kpi),
    },
  }
}

/** How often the rules are evaluated in their test: days are looked at, not minutes. */
const testInterval = '4h'

/** Means of the days of a service, from the first that it has to the last day of the test. */
interface Life {
  readonly service: string
  readonly days: readonly number[]
  readonly deviation?: number
  readonly fires: boolean
}

/**
 * A day that is worse than the same day a week before raises the alert; a pattern of the week does not. The means of days
 * are given: the rules that record them are tested with the trend. None where the KPI's range has no room for it.
 */
function driftTests(config: Config, kpi: Kpi): RuleTest[] {
  const [everywhere] = testPlaces(kpi)
  const lives = livesOf(config, kpi)
  if (everywhere === undefined || lives.length === 0) return []
  const interval = durationSeconds(testInterval)
  const samplesADay = durationSeconds('1d') / interval
  const length = Math.max(...lives.map(({ days }) => days.length))
  const series = lives.flatMap(({ service, days, deviation = 0 }) => {
    const absent = { value: '_', samples: (length - days.length) * samplesADay } as const
    const lasting = (values: readonly number[]) =>
      steadyValues([absent, ...values.map((value) => ({ value, samples: samplesADay }))])
    const { day, deviation: deviations } = recordedTrend(kpi)
    return [
      [placeSeries(day, service, everywhere.place), lasting(days)],
      [placeSeries(deviations, service, everywhere.place), lasting(days.map(() => deviation))],
    ]
  })
  const end = length * durationSeconds('1d') - interval
  const expectations = lives.map((life) => informs(kpi, alertName(kpi), life, end))
  const name = `${kpi.id}: only a day that is worse than the same day a week before raises the alert`
  return [{ name, interval, series: Object.fromEntries(series), expectations }]
}

function livesOf(config: Config, kpi: Kpi): Life[] {
  const values = worseValues(config, kpi)
  if (values === undefined) return []
  const { enough, far, worseBy } = values
  const week = (amount = 0): number[] => Array<number>(7).fill(worseBy(amount))
  const withWeekend = [...week().slice(2), worseBy(far), worseBy(far)]
  const sinking = [0, 0, 0, 1, 2, 3, 4].map((step) => worseBy((far * step) / 4))
  return [
    { service: 'a-little-worse-every-day', days: [...week(), ...sinking], fires: true },
    { service: 'worse-for-a-week', days: [...week(), ...week(far)], fires: true },
    { service: 'hardly-worse', days: [...week(), ...week(enough * 0.9)], fires: false },
    { service: 'better', days: [...week(), ...week(-far)], fires: false },
    { service: 'as-every-weekend', days: [...withWeekend, ...withWeekend], fires: false },
    { service: 'beyond-its-waves', days: [...week(), ...week(far)], deviation: far / 1.1, fires: true },
    { service: 'within-its-waves', days: [...week(), ...week(far)], deviation: far / 0.9, fires: false },
    { service: 'in-its-first-week', days: [...week().slice(3), worseBy(far)], fires: true },
    { service: 'in-its-first-days', days: [...week().slice(5), worseBy(far)], fires: false },
  ]
}
