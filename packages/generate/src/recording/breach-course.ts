import {
  type Config,
  comparedThreshold,
  isQuantile,
  type Kpi,
  names,
  type ThresholdSeverity,
  thresholdSeverities,
} from '@mnemoscope/kpi'
import { firingInMessage, firingThresholds, messageLabelsOfKpi } from '../message-group.js'
import { aggregate, and, bracket, filter, is, number, or, select, unless } from '../promql.js'
import { partition, within } from '../region.js'
import type { RecordingRule } from '../rule.js'

/**
 * What messages say of a breach as a whole: since when, and the worst that alerts have shown at each place. After the
 * alerts in their group, so that the first evaluation counts. Both begin anew once no alert of the message fires.
 */
export function courseRules(config: Config, kpi: Kpi): RecordingRule[] {
  const labels = messageLabelsOfKpi(config)
  const since = names.judgeSeries.breachedSince(kpi, labels)
  const worst = names.judgeSeries.worst(kpi)
  const firing = firingThresholds([kpi])
  const goesOn = bracket(firingInMessage(config, kpi))
  const shown = names.judgeSeries.shown(kpi)
  const isWorse = kpi.direction === 'higher_is_better' ? '<' : '>'
  return [
    {
      record: since,
      expr: and(bracket(or([since, aggregate('min', labels, `timestamp(${firing})`)])), goesOn, labels),
    },
    { record: shown, expr: aggregate(worstOf(kpi), names.seriesLabels, or(shownValues(kpi, firing))) },
    {
      record: worst,
      expr: and(bracket(or([`${shown} ${isWorse} ${worst}`, worst, shown])), goesOn, labels),
    },
  ]
}

/** Which of several values is the worst, as PromQL names it. */
export function worstOf({ direction }: Pick<Kpi, 'direction'>): 'min' | 'max' {
  return direction === 'higher_is_better' ? 'min' : 'max'
}

/** The values that alerts that fire show, as `threshold` has them. */
function shownValues(kpi: Kpi, firing: string): string[] {
  const current = and(names.recordedSeries.current(kpi), firing, names.seriesLabels)
  return [current, ...thresholdSeverities.flatMap((level) => before(kpi, level))].map(
    (each, i) =>
      // `or` must not drop an arm because another one has the place.
      `label_replace(${each}, "arm", "${i}", "", "")`,
  )
}

/** What an alert shows of a breach that the value does not show yet. */
function before(kpi: Kpi, level: ThresholdSeverity): string[] {
  if (kpi.instrument === 'gauge') return []
  const alert = select('ALERTS', [is('alertname', names.alertName(kpi, level)), is('alertstate', 'firing')])
  const { high, low, near, nearCurrent } = names.judgeSeries
  const isHigher = kpi.direction === 'higher_is_better'
  const [surest, beyond] = isHigher ? ([high(kpi), '<='] as const) : ([low(kpi), '>='] as const)
  const settingsOf = ({ thresholds, statistic }: Kpi) => ({ threshold: thresholds[level], statistic })
  return partition(kpi, settingsOf).flatMap(({ value: { threshold, statistic }, region }) => {
    if (threshold === undefined) return []
    const limit = Number(comparedThreshold(threshold, kpi.direction).toPrecision(12))
    if (isQuantile(statistic)) {
      const here = bracket(
        and(aggregate('max', names.seriesLabels, alert), within(low(kpi), region), names.seriesLabels),
      )
      return [`0 * ${here} + ${number(threshold)}`]
    }
    const isShown = bracket(filter(within(nearCurrent(kpi), region), beyond, limit))
    const proven = and(within(near(kpi), region), bracket(filter(within(surest, region), beyond, limit)))
    return [and(unless(proven, isShown), alert, names.seriesLabels)]
  })
}
