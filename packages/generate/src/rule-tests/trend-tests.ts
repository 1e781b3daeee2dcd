import { type Config, durationSeconds, isBreach, type Kpi, names } from '@mnemoscope/kpi'
import { is, select } from '../promql.js'
import { currentSeries } from './alert-series.js'
import { testPlaces } from './places.js'
import { holds, holdsNot, type RuleTest } from './rule-test.js'
import { type SeriesValue, seriesValues } from './series-values.js'

/** Evaluations of the KPI's value in an hour, and how many seconds they take. */
function hourOf(config: Config): { evaluations: number; seconds: number } {
  const interval = durationSeconds(config.alertCheckInterval)
  const evaluations = Math.max(1, Math.floor(3_600 / interval))
  return { evaluations, seconds: evaluations * interval }
}

/** How often the trend's rules are evaluated in their test: only its end is looked at. */
export function trendTestInterval(config: Config): string {
  return `${hourOf(config).seconds}s`
}

/** A day and the hour after it, each from its first to its last evaluation. */
interface Life {
  readonly service: string
  readonly day: readonly SeriesValue[]
  readonly hour: readonly SeriesValue[]
  /** Whether the alert fires at the end of the hour. */
  readonly told: boolean
}

/**
 * An hour that is worse than its day is told of, where it is so by more than the day's own waves, by a share worth
 * knowing, and both hold enough values; nothing else is. None where the KPI's range has no room for such an hour.
 */
export function trendTests(config: Config, kpi: Kpi): RuleTest[] {
  const [everywhere] = testPlaces(kpi)
  const lives = livesOf(config, kpi)
  if (everywhere === undefined || lives.length === 0) return []
  const interval = durationSeconds(config.alertCheckInterval)
  const { seconds } = hourOf(config)
  const series = lives.map(({ service, day, hour }) => [
    currentSeries(kpi, service, everywhere.place),
    seriesValues([...day, ...hour]),
  ])
  const expectations = lives.map(({ service, told }) => {
    const labels = [
      is('alertname', names.alertName(kpi, 'info')),
      is('alertstate', 'firing'),
      is(names.label.severity, 'info'),
      is(names.label.kpi, kpi.id),
      is(names.label.job, service),
    ]
    return (told ? holds : holdsNot)(25 * seconds, select('ALERTS', labels))
  })
  const name = `${kpi.id}: an hour that is much worse than its day is told of, and no other`
  return [{ name, interval, series: Object.fromEntries(series), expectations }]
}

function livesOf(config: Config, kpi: Kpi): Life[] {
  const { evaluations } = hourOf(config)
  const { min, max } = kpi.range
  const { change, deviations } = config.alerting.trend
  const sign = isBreach(kpi.direction, max, min) ? 1 : -1
  const usual = sign > 0 ? min + (max - min) / 4 : max - (max - min) / 4
  const enough = Math.abs(usual) * change
  // As far as the range lets it, and half as far again as is worth knowing.
  const far = Math.min(enough * 1.5, (max - min) / 2)
  if (far < enough * 1.1 || enough === 0) return []

  /** Values that each last for some hours. Ends are rounded, not lengths: an hour must begin where it should. */
  const lasting = (...parts: readonly (readonly [hours: number, value: SeriesValue])[]) => {
    const values: SeriesValue[] = []
    let end = 0
    for (const [hours, value] of parts) {
      end += hours
      values.push(...Array<SeriesValue>(Math.round(end * evaluations) - values.length).fill(value))
    }
    return values
  }
  const worseBy = (amount: number) => Number((usual + sign * amount).toPrecision(12))
  /** A day of which the last hours have values, the one at the hour's beginning included. */
  const day = (hours = 24): SeriesValue[] => [...lasting([24 - hours, '_'], [hours, usual]), usual]
  /** Hours above and below by as much as their standard deviation. */
  const waves = (deviation: number): SeriesValue[] => [
    ...lasting(
      ...Array.from({ length: 24 }, (_, i) => [1, worseBy(i % 2 === 0 ? deviation : -deviation)] as const),
    ),
    usual,
  ]
  const hour = (amount: number) => lasting([1, worseBy(amount)])
  return [
    { service: 'much-worse', day: day(), hour: hour(far), told: true },
    { service: 'better', day: day(), hour: hour(-enough), told: false },
    { service: 'hardly-worse', day: day(), hour: hour(enough * 0.9), told: false },
    { service: 'beyond-its-waves', day: waves(far / deviations / 1.1), hour: hour(far), told: true },
    { service: 'within-its-waves', day: waves(far / deviations / 0.9), hour: hour(far), told: false },
    { service: 'of-a-short-day', day: day(6.5), hour: hour(enough * 1.1), told: true },
    { service: 'of-a-day-too-short', day: day(5.5), hour: hour(far), told: false },
    // Worse by enough in the second half, and by half of it in the whole hour.
    {
      service: 'worse-for-half-an-hour',
      day: day(),
      hour: lasting([0.5, worseBy(0)], [0.5, worseBy(enough * 1.3)]),
      told: false,
    },
    {
      service: 'of-a-thin-hour',
      day: day(),
      hour: lasting([2 / 3, worseBy(far)], [1 / 3, '_']),
      told: true,
    },
    {
      service: 'of-an-hour-too-thin',
      day: day(),
      hour: lasting([0.4, worseBy(far)], [0.6, '_']),
      told: false,
    },
  ]
}
