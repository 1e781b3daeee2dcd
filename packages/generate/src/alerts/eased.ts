import { type Config, durationSeconds, type Kpi, names } from '@mnemoscope/kpi'
import { firingInMessage, firingThresholds, messageLabelsOfKpi } from '../message-group.js'
import { aggregate, and, bracket, is, over, select, unless } from '../promql.js'
import type { AlertRule } from '../rule.js'
import { holdsNot, type RuleTest } from '../rule-tests/rule-test.js'
import { alertSeries, judgedSeries, levelsOf, type TestPlace, testPlaces } from '../rule-tests/test-place.js'
import { stepBetween } from './threshold-tests.js'

/**
 * How long the end of a level is held back while its message goes on. Prometheus sends an end again and again for 15
 * minutes, so what is held back arrives afterwards: a breach that eases for longer than this says so.
 */
export const easedFor = '5m'

/** Label with the level that has ended. */
export const easedLabel = 'eased'

const { severity, kpi: kpiLabel } = names.label

/**
 * The alert by which Alertmanager holds back the end of a level, at each place, while another alert of the message fires.
 * After the alerts of thresholds in their group, so that it is there as soon as a level ends.
 */
export function easedRule(config: Config, kpi: Kpi): AlertRule {
  const at = [severity, ...names.seriesLabels]
  const firing = firingThresholds([kpi])
  const lately = aggregate('max', at, over('last_over_time', firing, easedFor))
  return {
    alert: names.easedAlert,
    expr: and(bracket(unless(lately, firing, at)), firingInMessage(config, kpi), messageLabelsOfKpi(config)),
    labels: { [severity]: 'none', [easedLabel]: `{{ $labels.${severity} }}`, [kpiLabel]: kpi.id },
    annotations: {
      summary: 'A level has ended while its breach goes on',
      description:
        'No message: Alertmanager holds back the end of this level, so that a breach ends with one message.',
    },
  }
}

/** For each place with two levels: a breach that eases, one that eases for long, and one that ends at once. */
export function easedTests(config: Config, kpi: Kpi): RuleTest[] {
  return testPlaces(kpi).flatMap((place) => easedTest(config, place))
}

function easedTest(config: Config, { title, place, kpi }: TestPlace): RuleTest[] {
  const [mildest, ...worse] = levelsOf(kpi)
  const worst = worse.at(-1)
  if (mildest === undefined || worst === undefined) return []
  const interval = durationSeconds(config.alertCheckInterval)
  const evaluations = (duration: string) => Math.ceil(durationSeconds(duration) / interval)
  const [waiting, keeping, held] = [
    evaluations(kpi.for),
    evaluations(kpi.keepFiringFor),
    evaluations(easedFor),
  ]
  const step = stepBetween(kpi)
  const breached = waiting + 2
  const values = (after: number) => [
    ...Array<number>(breached).fill(worst.threshold + step),
    ...Array<number>(keeping + held + 3).fill(after),
  ]
  const eased = (service: string) =>
    select('ALERTS', [
      is('alertname', names.easedAlert),
      is('alertstate', 'firing'),
      is(kpiLabel, kpi.id),
      is(names.label.job, service),
    ])
  const levels = (service: string) => aggregate('count', [easedLabel], eased(service))
  const at = (evaluation: number) => evaluation * interval
  return [
    {
      name: `${kpi.id}, ${title}: the end of a level is held back while a milder one goes on, and not for long`,
      interval,
      series: {
        ...judgedSeries(kpi, 'eases', place, values(mildest.threshold + step)),
        ...judgedSeries(kpi, 'ends', place, values(mildest.threshold - step)),
      },
      expectations: [
        holdsNot(at(breached - 1), eased('eases')),
        {
          at: at(breached + keeping),
          expr: levels('eases'),
          samples: worse.map(({ level }) => ({ labels: `{${easedLabel}="${level}"}`, value: 1 })),
        },
        holdsNot(at(breached + keeping + held + 1), eased('eases')),
        holdsNot(at(breached + keeping), eased('ends')),
        holdsNot(at(breached + keeping), alertSeries(kpi, 'firing', undefined, 'ends')),
      ],
    },
  ]
}
