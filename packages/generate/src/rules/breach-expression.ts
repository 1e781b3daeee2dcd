import { type Kpi, names, resolveThreshold } from '@mnemoscope/kpi'
import { and, bracket, filter, is, number, or, select, unless } from '../promql.js'
import { type Region, within } from '../region.js'

/**
 * When an alert fires: the value is at or beyond its threshold; or it did fire and has not yet recovered by the
 * hysteresis, which its own series in `ALERTS` tells (so after a restart, too). A place without data fires where
 * `noData` is `breach`, with the value NaN.
 * @param kpi as it is in the region
 */
export function breachExpression(kpi: Kpi, alertname: string, threshold: number, region: Region): string {
  const operator = kpi.direction === 'higher_is_better' ? '<=' : '>='
  const { current, last } = names.recordedSeries
  const value = within(kpi.noData === 'last' ? last(kpi) : current(kpi), region)
  const breaching = filter(value, operator, threshold)

  const arms = [breaching]
  const resolve = resolveThreshold(kpi, threshold)
  if (resolve !== threshold) {
    const firing = select('ALERTS', [is('alertname', alertname), is('alertstate', 'firing')])
    arms.push(and(filter(value, operator, resolve), firing, names.seriesLabels))
  }
  if (kpi.noData === 'breach') {
    arms.push(`${bracket(unless(within(last(kpi), region), current(kpi)))} * ${number(Number.NaN)}`)
  }
  return arms.length === 1 ? breaching : or(arms)
}
