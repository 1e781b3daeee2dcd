import { type Config, durationSeconds, isBreach, type Kpi, names } from '@mnemoscope/kpi'
import { is, select } from '../promql.js'
import { currentSeries } from './alert-series.js'
import { testPlaces } from './places.js'
import { holds, holdsNot, type RuleTest } from './rule-test.js'
import { seriesValues } from './series-values.js'

/** An hour that is worse than its day is told of; one that is better, or hardly worse, is not. */
export function trendTests(config: Config, kpi: Kpi): RuleTest[] {
  const [everywhere] = testPlaces(kpi)
  if (everywhere === undefined) return []
  const interval = durationSeconds(config.alertCheckInterval)
  const hour = Math.floor(3_600 / interval)
  const { min, max } = kpi.range
  const usual = (min + max) / 2
  const { change } = config.alerting.trend
  // As far as the range lets it, and twice as far as is worth knowing.
  const far = Math.min(usual * change * 2, (max - min) / 2)
  const sign = isBreach(kpi.direction, usual + far, usual) ? 1 : -1
  const hours: [service: string, value: number, told: boolean][] = [
    ['much-worse', usual + sign * far, true],
    ['better', usual - sign * far, false],
    ['hardly-worse', usual + (sign * usual * change) / 2, false],
  ]
  const series = hours.map(([service, value]) => {
    const values = [...Array<number>(24 * hour).fill(usual), ...Array<number>(hour).fill(value)]
    return [currentSeries(kpi, service, everywhere.place), seriesValues(values)]
  })
  const at = (25 * hour - 1) * interval
  const expectations = hours.map(([service, , told]) => {
    const labels = [
      is('alertname', names.alertName(kpi, 'info')),
      is('alertstate', 'firing'),
      is(names.label.severity, 'info'),
      is(names.label.kpi, kpi.id),
      is(names.label.job, service),
    ]
    return (told ? holds : holdsNot)(at, select('ALERTS', labels))
  })
  const name = `${kpi.id}: an hour that is much worse than its day is told of, and no other`
  return [{ name, interval, series: Object.fromEntries(series), expectations }]
}
