import { type Config, durationSeconds, type Kpi, names } from '@mnemoscope/kpi'
import { links } from '../annotations.js'
import { humanized, literally } from '../humanize.js'
import { and, bracket, filter, number, over } from '../promql.js'
import type { AlertRule, RecordingRule, RuleGroup } from '../rule.js'
import { longestInterval } from './lookback.js'

/** A day of values is read at a time, and an hour changes slowly: as seldom as can be. */
export const trendInterval = longestInterval

/** Part of a day, and of an hour, that must hold values before the two are compared. */
const leastHistory = 0.25
const leastHour = 0.5

/**
 * Information that a KPI got worse: the mean of this hour against the day before it at the same place. Significant is
 * what lies beyond so many of that day's standard deviations and changes its mean by a share worth knowing.
 */
export function trendGroup(config: Config, kpi: Kpi): RuleGroup {
  return {
    name: `mnemoscope_${kpi.id}_trend`,
    interval: trendInterval,
    rules: [...trendRules(config, kpi), trendAlert(config, kpi)],
  }
}

const recorded = (kpi: Kpi) => ({
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
  const { hour, day, deviation } = recorded(kpi)
  return [
    { record: hour, expr: and(ofHour('avg_over_time'), enoughHour) },
    { record: day, expr: and(ofDay('avg_over_time'), enoughDay) },
    { record: deviation, expr: ofDay('stddev_over_time') },
  ]
}

function trendAlert(config: Config, kpi: Kpi): AlertRule {
  const { deviations, change } = config.alerting.trend
  const { hour, day, deviation } = recorded(kpi)
  const worse = bracket(kpi.direction === 'higher_is_better' ? `${day} - ${hour}` : `${hour} - ${day}`)
  const beyond = (limit: string) => `${worse} > ${limit}`
  const significant = and(
    beyond(`${number(deviations)} * ${deviation}`),
    beyond(`${number(change)} * abs(${day})`),
  )
  return {
    alert: names.alertName(kpi, 'info'),
    expr: and(hour, bracket(significant)),
    labels: { [names.label.severity]: 'info', [names.label.kpi]: kpi.id },
    annotations: {
      summary: `${literally(kpi.title)} of {{ $labels.model }} in {{ $labels.job }} is getting worse`,
      description:
        `${literally(kpi.title)} of {{ $labels.model }} at context size {{ $labels.context_size }} was ${humanized(kpi.unit)} ` +
        `over the last hour: worse than its day before by more than ${deviations} standard deviations and ` +
        `${Number((change * 100).toPrecision(4))} %.`,
      value: '{{ $value }}',
      ...links(config, 'trend.md', kpi),
    },
  }
}
