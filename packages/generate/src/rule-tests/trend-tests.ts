import { type Config, durationSeconds, isBreach, type Kpi, names } from '@mnemoscope/kpi'
import { is, select } from '../promql.js'
import { currentSeries } from './alert-series.js'
import { testPlaces } from './places.js'
import { holds, holdsNot, type RuleTest } from './rule-test.js'
import { type SeriesValue, seriesValues } from './series-values.js'

const service = 'memory'

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
  const informed = select('ALERTS', [
    is('alertname', names.alertName(kpi, 'info')),
    is('alertstate', 'firing'),
  ])
  const hours: [string, number, boolean][] = [
    ['a worse hour is told of', usual + sign * far, true],
    ['a better hour is not told of', usual - sign * far, false],
    ['an hour that is hardly worse is not told of', usual + (sign * usual * change) / 2, false],
  ]
  return hours.map(([what, value, told]) => {
    const values: SeriesValue[] = [
      ...Array<number>(24 * hour).fill(usual),
      ...Array<number>(hour).fill(value),
    ]
    return {
      name: `${kpi.id}: ${what}`,
      interval,
      series: { [currentSeries(kpi, service, everywhere.place)]: seriesValues(values) },
      expectations: [(told ? holds : holdsNot)((25 * hour - 1) * interval, informed)],
    }
  })
}
