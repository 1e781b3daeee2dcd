import { type Config, durationSeconds, durationText, type Kpi, names } from '@mnemoscope/kpi'
import { artificialTrafficNote, humanized, links, literally, modelAndOperation } from '../annotations.js'
import { and, bracket, filter, number, or, over, unless } from '../promql.js'
import type { AlertRule, RecordingRule, RuleGroup } from '../rule.js'
import { informs, worseValues } from '../rule-tests/informed.js'
import { type RuleTest, type Steady, steadyValues } from '../rule-tests/rule-test.js'
import { currentSeries, testPlaces } from '../rule-tests/test-place.js'
import type { KpiAlertKind } from './alert-kind.js'
import { worstSide } from './threshold.js'

const runbook = 'trend.md'
const alertName = (kpi: Kpi) => names.alertName(kpi, 'info')

/** Information: this hour is worse than the day before it, and than the same hour of the days it is like. */
export const trend: KpiAlertKind = {
  alerts: (kpi) => [{ name: alertName(kpi), severity: 'info' }],
  runbook: () => runbook,
  groups: (config, kpi) => [trendGroup(config, kpi)],
  tests: trendTests,
  testFile: { suffix: 'trend', interval: trendTestInterval },
  judged: (kpi) => ({ expression: recordedTrend(kpi).hour, unit: kpi.unit, worst: worstSide(kpi) }),
  settings: () => [
    ['alerting', 'trend', 'deviations'],
    ['alerting', 'trend', 'change'],
  ],
}

/**
 * A day of values is read at a time, and an hour changes slowly: as seldom as can be. Prometheus shows a sample for 5
 * minutes, and what is recorded less often would be gone before each evaluation.
 */
export const trendInterval = '4m'

/** Part of a day, and of an hour, that must hold values before the two are compared. */
const leastHistory = 0.25
const leastHour = 0.5

/**
 * The same time of day and of week, as the recorded hours that ended up to an hour before and after it: jobs do not start
 * on the minute.
 */
const sameTimes = [
  { within: '2h', ago: '23h' },
  { within: '2h', ago: '167h' },
] as const

/**
 * Information that a KPI got worse: the mean of this hour against the day before it at the same place. Significant is
 * what lies beyond so many of that day's standard deviations and changes its mean by a share worth knowing. An hour that is
 * hardly worse than yesterday or a week ago at the same time is a habit: a batch at night, a busy Monday.
 */
function trendGroup(config: Config, kpi: Kpi): RuleGroup {
  return {
    name: `mnemoscope_${kpi.id}_trend`,
    interval: trendInterval,
    rules: [...trendRules(config, kpi), trendAlert(config, kpi)],
  }
}

/** Series that the trend records: means of the last hour and of the day before it, and that day's standard deviation. */
export const recordedTrend = (kpi: Kpi) => ({
  hour: names.recordedSeries.windowed(kpi, 'current_mean', '1h'),
  day: names.recordedSeries.windowed(kpi, 'current_mean', '1d'),
  deviation: names.recordedSeries.windowed(kpi, 'current_deviation', '1d'),
})

function trendRules(config: Config, kpi: Kpi): RecordingRule[] {
  const current = names.recordedSeries.current(kpi)
  const evaluations = (window: string) => durationSeconds(window) / durationSeconds(config.alertCheckInterval)
  const ofHour = (fn: string) => over(fn, current, '1h')
  const ofDay = (fn: string) => over(fn, current, '1d', '1h')
  const enoughHour = filter(ofHour('count_over_time'), '>=', leastHour * evaluations('1h'))
  const enoughDay = filter(ofDay('count_over_time'), '>=', leastHistory * evaluations('1d'))
  const { hour, day, deviation } = recordedTrend(kpi)
  return [
    { record: hour, expr: and(ofHour('avg_over_time'), enoughHour) },
    { record: day, expr: and(ofDay('avg_over_time'), enoughDay) },
    { record: deviation, expr: ofDay('stddev_over_time') },
  ]
}

function trendAlert(config: Config, kpi: Kpi): AlertRule {
  const { deviations, change } = config.alerting.trend
  const { hour, day, deviation } = recordedTrend(kpi)
  const worse = bracket(kpi.direction === 'higher_is_better' ? `${day} - ${hour}` : `${hour} - ${day}`)
  const beyond = (limit: string) => `${worse} > ${limit}`
  const significant = and(
    beyond(`${number(deviations)} * ${deviation}`),
    beyond(`${number(change)} * abs(${day})`),
  )
  const worstHour = kpi.direction === 'higher_is_better' ? 'min_over_time' : 'max_over_time'
  const usual = sameTimes.map(({ within, ago }) => {
    const then = over(worstHour, hour, within, ago)
    const worseThanThen = bracket(
      kpi.direction === 'higher_is_better' ? `${then} - ${hour}` : `${hour} - ${then}`,
    )
    return `${worseThanThen} <= ${number(change)} * abs(${day})`
  })
  return {
    alert: alertName(kpi),
    expr: unless(and(hour, bracket(significant)), bracket(or(usual))),
    labels: { [names.label.severity]: 'info', [names.label.kpi]: kpi.id },
    annotations: {
      summary: `${literally(kpi.title)} of ${modelAndOperation} in {{ $labels.job }} is getting worse`,
      description:
        `${literally(kpi.title)} of ${modelAndOperation} at context size {{ $labels.context_size }} was ${humanized(kpi)} ` +
        `over the last hour: worse than its day before by more than ${deviations} standard deviations and ` +
        `${Number((change * 100).toPrecision(4))} %, and by that share than around this time yesterday and a week ago, where these ` +
        `are known.${artificialTrafficNote}`,
      value: '{{ $value }}',
      ...links(config, runbook, kpi),
    },
  }
}

/** Evaluations of the KPI's value in an hour, and how many seconds they take. */
function hourOf(config: Config): { evaluations: number; seconds: number } {
  const interval = durationSeconds(config.alertCheckInterval)
  const evaluations = Math.max(1, Math.floor(3_600 / interval))
  return { evaluations, seconds: evaluations * interval }
}

/** How often the trend's rules are evaluated in their test: only its end is looked at. */
function trendTestInterval(config: Config): string {
  return durationText(hourOf(config).seconds)
}

/** A day and the hour after it, each from its first to its last evaluation. */
interface Life {
  readonly service: string
  readonly day: readonly Steady[]
  readonly hour: readonly Steady[]
  /** Whether the alert fires at the end of the hour. */
  readonly fires: boolean
}

/**
 * An hour that is worse than its day raises the alert where it is so by more than the day's own waves, by a share worth
 * knowing, and both hold enough values; nothing else does. None where the KPI's range has no room for such an hour.
 */
function trendTests(config: Config, kpi: Kpi): RuleTest[] {
  const [everywhere] = testPlaces(kpi)
  const lives = livesOf(config, kpi)
  if (everywhere === undefined || lives.length === 0) return []
  const interval = durationSeconds(config.alertCheckInterval)
  const { seconds } = hourOf(config)
  const series = lives.map(({ service, day, hour }) => [
    currentSeries(kpi, service, everywhere.place),
    steadyValues([...day, ...hour]),
  ])
  const expectations = lives.map((life) => informs(kpi, alertName(kpi), life, 25 * seconds))
  const name = `${kpi.id}: only an hour that is much worse than its day raises the alert`
  return [{ name, interval, series: Object.fromEntries(series), expectations }]
}

function livesOf(config: Config, kpi: Kpi): Life[] {
  const { evaluations } = hourOf(config)
  const values = worseValues(config, kpi)
  if (values === undefined) return []
  const { usual, enough, far, worseBy } = values
  const { deviations } = config.alerting.trend

  /** Values that each last for some hours. Ends are rounded, not lengths: an hour must begin where it should. */
  const lasting = (...parts: readonly (readonly [hours: number, value: Steady['value']])[]) => {
    const runs: Steady[] = []
    let [end, written] = [0, 0]
    for (const [hours, value] of parts) {
      end += hours
      runs.push({ value, samples: Math.round(end * evaluations) - written })
      written = Math.round(end * evaluations)
    }
    return runs
  }
  const once: Steady = { value: usual, samples: 1 }
  /** A day of which the last hours have values, the one at the hour's beginning included. */
  const day = (hours = 24): Steady[] => [...lasting([24 - hours, '_'], [hours, usual]), once]
  /** Hours above and below by as much as their standard deviation, the last ones of a day. */
  const waves = (deviation: number, hours = 24): Steady[] => [
    ...lasting(
      [24 - hours, '_'],
      ...Array.from({ length: hours }, (_, i) => [1, worseBy(i % 2 === 0 ? deviation : -deviation)] as const),
    ),
    once,
  ]
  const hour = (amount: number) => lasting([1, worseBy(amount)])
  return [
    { service: 'much-worse', day: day(), hour: hour(far), fires: true },
    { service: 'better', day: day(), hour: hour(-enough), fires: false },
    { service: 'hardly-worse', day: day(), hour: hour(enough * 0.9), fires: false },
    { service: 'beyond-its-waves', day: waves(far / deviations / 1.1), hour: hour(far), fires: true },
    { service: 'within-its-waves', day: waves(far / deviations / 0.9), hour: hour(far), fires: false },
    // Without a yesterday to compare with.
    { service: 'hardly-worse-on-its-first-day', day: day(12), hour: hour(enough * 0.9), fires: false },
    {
      service: 'within-its-waves-on-its-first-day',
      day: waves(far / deviations / 0.9, 12),
      hour: hour(far),
      fires: false,
    },
    {
      service: 'as-at-this-time-yesterday',
      day: [...lasting([1, worseBy(far)], [23, usual]), once],
      hour: hour(far),
      fires: false,
    },
    {
      service: 'worse-than-at-this-time-yesterday',
      day: [...lasting([1, worseBy(far - enough * 1.2)], [23, usual]), once],
      hour: hour(far),
      fires: true,
    },
    { service: 'of-a-short-day', day: day(6.5), hour: hour(enough * 1.1), fires: true },
    { service: 'of-a-day-too-short', day: day(5.5), hour: hour(far), fires: false },
    // Worse by enough in the second half, and by half of it over the full hour.
    {
      service: 'worse-for-half-an-hour',
      day: day(),
      hour: lasting([0.5, worseBy(0)], [0.5, worseBy(enough * 1.3)]),
      fires: false,
    },
    {
      service: 'of-a-thin-hour',
      day: day(),
      hour: lasting([2 / 3, worseBy(far)], [1 / 3, '_']),
      fires: true,
    },
    {
      service: 'of-an-hour-too-thin',
      day: day(),
      hour: lasting([0.4, worseBy(far)], [0.6, '_']),
      fires: false,
    },
  ]
}
