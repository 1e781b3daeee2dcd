import { type Config, durationSeconds, type Kpi, names } from '@mnemoscope/kpi'
import { artificialTrafficNote, humanized, links, literally, modelAndOperation } from '../annotations.js'
import { aggregate, and, bracket, filter, is, select, unless } from '../promql.js'
import { partition, within } from '../region.js'
import type { AlertRule } from '../rule.js'
import { holds, holdsNot, type RuleTest, seriesValues } from '../rule-tests/rule-test.js'
import { alertSeries, judgedSeries, levelsOf, type TestPlace, testPlaces } from '../rule-tests/test-place.js'
import type { KpiAlertKind } from './alert-kind.js'
import { worstSide } from './threshold.js'
import { stepBetween } from './threshold-tests.js'

const runbook = 'no-data.md'
const alertName = (kpi: Kpi) => names.alertName(kpi, 'no_data')

/** A place had a value until lately and has none any more. */
export const noData: KpiAlertKind = {
  alerts: (kpi) => [{ name: alertName(kpi), severity: 'warning' }],
  runbook: () => runbook,
  rules: noDataAlerts,
  tests: noDataTests,
  judged: (kpi) => {
    const { current, last } = names.recordedSeries
    return { expression: unless(last(kpi), current(kpi)), unit: kpi.unit, worst: worstSide(kpi) }
  },
  settings: (kpi) => {
    const own = ['kpis', kpi.id]
    const overridden = kpi.overrides.flatMap(({ noData }, i) =>
      noData === undefined ? [] : [[...own, 'overrides', i, 'noData']],
    )
    return [[...own, 'noData'], ...overridden, [...own, 'expectedFor']]
  },
}

/**
 * The alert of a KPI with `noData: 'no_data'`: a place had a value within `expectedFor`, and it has expired. A
 * service that is down has an alert of its own and raises none here.
 */
function noDataAlerts(config: Config, kpi: Kpi): AlertRule[] {
  const { current, last } = names.recordedSeries
  const down = bracket(filter(aggregate('max', [names.label.job], 'up'), '==', 0))
  return partition(kpi, ({ noData, ...there }) => ({ noData, for: there.for })).flatMap(
    ({ value, region }): AlertRule[] => {
      if (value.noData !== 'no_data') return []
      const silent = unless(within(last(kpi), region), current(kpi))
      return [
        {
          alert: alertName(kpi),
          expr: unless(silent, down, [names.label.job]),
          for: value.for,
          labels: { [names.label.severity]: 'warning', [names.label.kpi]: kpi.id },
          annotations: {
            summary: `${literally(kpi.title)} of ${modelAndOperation} in {{ $labels.job }} has no data`,
            description:
              `${modelAndOperation} at context size {{ $labels.context_size }} measured ${literally(kpi.title)} until lately ` +
              `(last ${humanized(kpi)}) and does so no more, while {{ $labels.job }} answers its scrapes.${artificialTrafficNote}`,
            value: '{{ $value }}',
            ...links(config, runbook, kpi),
          },
        },
      ]
    },
  )
}

const service = 'memory'
const down = 'memory-down'

/** For each place: what its alerts do when the value they fire for ends. */
function noDataTests(config: Config, kpi: Kpi): RuleTest[] {
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
    is('alertname', alertName(kpi)),
    is('alertstate', 'firing'),
    is(names.label.severity, 'warning'),
    is(names.label.kpi, kpi.id),
    is(names.label.job, service),
  ])
  const answers = (answer: number) => seriesValues(Array<number>(breached + silent + 1).fill(answer))
  const at = (breached + silent) * interval
  const goesOn = kpi.noData === 'breach'
  return [
    {
      name: `${kpi.id}, ${title}: its value ends, and "${kpi.noData}" holds`,
      interval,
      series: {
        ...judgedSeries(kpi, service, place, values),
        [select('up', [is(names.label.job, service)])]: answers(1),
        // A service that is down has another alert, whatever its values do.
        ...judgedSeries(kpi, down, place, values),
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
