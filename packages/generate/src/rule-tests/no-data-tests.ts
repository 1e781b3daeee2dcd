import { type Config, durationSeconds, type Kpi, names } from '@mnemoscope/kpi'
import { is, select } from '../promql.js'
import { alertSeries, currentSeries } from './alert-series.js'
import { type TestPlace, testPlaces } from './places.js'
import { holds, holdsNot, type RuleTest } from './rule-test.js'
import { seriesValues } from './series-values.js'
import { levelsOf, stepBetween } from './threshold-tests.js'

const service = 'memory'

/** For each place: what its alerts do when the value they fire for ends. */
export function noDataTests(config: Config, kpi: Kpi): RuleTest[] {
  return testPlaces(kpi).flatMap((place) => noDataTest(config, place))
}

function noDataTest(config: Config, { title, place, kpi }: TestPlace): RuleTest[] {
  const worst = levelsOf(kpi).at(-1)
  if (worst === undefined) return []
  const interval = durationSeconds(config.alertCheckInterval)
  const waiting = Math.ceil(durationSeconds(kpi.for) / interval)
  const keeping = Math.ceil(durationSeconds(kpi.keepFiringFor) / interval)
  const breached = waiting + 2
  const silent = Math.max(waiting, keeping) + 3
  const values = [...Array<number>(breached).fill(worst.threshold + stepBetween(kpi)), 'stale' as const]
  const firing = alertSeries(kpi, 'firing', worst.level)
  const missing = select('ALERTS', [is('alertname', names.noDataAlertName(kpi)), is('alertstate', 'firing')])
  const at = (breached + silent) * interval
  const goesOn = kpi.noData === 'last' || kpi.noData === 'breach'
  return [
    {
      name: `${kpi.id}, ${title}: its value ends, and "${kpi.noData}" holds`,
      interval,
      series: { [currentSeries(kpi, service, place)]: seriesValues(values) },
      expectations: [
        holds((breached - 1) * interval, firing),
        goesOn ? holds(at, firing) : holdsNot(at, firing),
        kpi.noData === 'no_data' ? holds(at, missing) : holdsNot(at, missing),
      ],
    },
  ]
}
