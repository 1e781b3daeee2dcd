import { type Config, durationSeconds, type Kpi, names } from '@mnemoscope/kpi'
import { stepBetween } from '../alerts/threshold-tests.js'
import { messageLabelsOfKpi } from '../message-group.js'
import { aggregate, is, select } from '../promql.js'
import { holdsNot, type RuleTest } from './rule-test.js'
import { judgedSeries, levelsOf, placeSeries, testPlaces } from './test-place.js'

/** A breach that becomes worse and better again, in which the worst value and the first evaluation stay known until its end. */
export function courseTests(config: Config, kpi: Kpi): RuleTest[] {
  return testPlaces(kpi).flatMap(({ title, place, kpi: there }): RuleTest[] => {
    const mildest = levelsOf(there)[0]
    if (mildest === undefined) return []
    const interval = durationSeconds(config.alertCheckInterval)
    const evaluations = (duration: string) => Math.ceil(durationSeconds(duration) / interval)
    const [waiting, keeping] = [evaluations(there.for), evaluations(there.keepFiringFor)]
    const step = stepBetween(there)
    const { threshold } = mildest
    const service = 'one-breach'
    const beyond = [1, 3, 2, 2].map((times) => threshold + (times * step) / 4)
    const values = [
      threshold - step,
      ...Array<number>(waiting).fill(beyond[0] as number),
      ...beyond,
      ...Array<number>(keeping + 2).fill(threshold - step),
    ]
    const first = 1 + waiting
    const ended = first + beyond.length + keeping
    const labels = messageLabelsOfKpi(config)
    const since = select(names.judgeSeries.breachedSince(kpi, labels), [is(names.label.job, service)])
    const worst = placeSeries(names.judgeSeries.worst(kpi), service, place)
    const only = (expr: string) => aggregate('max', [], expr)
    const at = (evaluation: number) => evaluation * interval
    return [
      {
        name: `${kpi.id}, ${title}: a breach is known by its first evaluation and its worst value until it ends`,
        interval,
        series: judgedSeries(there, service, place, values),
        expectations: [
          holdsNot(at(first - 1), worst),
          { at: at(first), expr: only(worst), samples: [{ labels: '{}', value: beyond[0] as number }] },
          { at: at(first + 3), expr: only(worst), samples: [{ labels: '{}', value: beyond[1] as number }] },
          { at: at(first + 3), expr: only(since), samples: [{ labels: '{}', value: at(first) }] },
          holdsNot(at(ended), worst),
          holdsNot(at(ended), since),
        ],
      },
    ]
  })
}
