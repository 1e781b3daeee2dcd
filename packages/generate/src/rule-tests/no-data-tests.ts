import { type Config, durationSeconds, type Kpi, names } from '@mnemoscope/kpi'
import { and, is, select } from '../promql.js'
import { alertSeries, currentSeries } from './alert-series.js'
import { type TestPlace, testPlaces } from './places.js'
import { holds, holdsNot, type RuleTest } from './rule-test.js'
import { seriesValues } from './series-values.js'
import { levelsOf, stepBetween } from './threshold-tests.js'

const service = 'memory'
const down = 'memory-down'

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
  const ofService = select('up', [is(names.label.job, service)])
  const firing = and(alertSeries(kpi, 'firing', worst.level), ofService, [names.label.job])
  const missing = select('ALERTS', [
    is('alertname', names.noDataAlertName(kpi)),
    is('alertstate', 'firing'),
    is(names.label.severity, 'warning'),
    is(names.label.kpi, kpi.id),
    is(names.label.job, service),
  ])
  const answers = (answer: number) => seriesValues(Array<number>(breached + silent + 1).fill(answer))
  const at = (breached + silent) * interval
  const goesOn = kpi.noData === 'last' || kpi.noData === 'breach'
  return [
    {
      name: `${kpi.id}, ${title}: its value ends, and "${kpi.noData}" holds`,
      interval,
      series: {
        [currentSeries(kpi, service, place)]: seriesValues(values),
        [select('up', [is(names.label.job, service)])]: answers(1),
        // A service that is down has another alert, whatever its values do.
        [currentSeries(kpi, down, place)]: seriesValues(values),
        [select('up', [is(names.label.job, down)])]: answers(0),
      },
      expectations: [
        holds((breached - 1) * interval, firing),
        goesOn ? holds(at, firing) : holdsNot(at, firing),
        kpi.noData === 'no_data' ? holds(at, missing) : holdsNot(at, missing),
      ],
    },
  ]
}
