import { type Kpi, names } from '@mnemoscope/kpi'
import { number, unless } from '../promql.js'
import { burns, missBudget } from './burn.js'

/**
 * What an alert of a KPI compares, as an expression with a value for each place, whether the alert fires there or not:
 * of missing data the last values of places that have none now, of a burn rate how many times as often as the budget
 * allows is missed, of a trend the mean of the hour, of a threshold the current value.
 */
export function judgedBy(kpi: Kpi, alert: string): string {
  const { current, last, windowed } = names.recordedSeries
  const budget = missBudget(kpi)
  const burn = burns.find(({ severity }) => alert === names.burnAlertName(kpi, severity))
  if (burn !== undefined && budget !== undefined) {
    return `${windowed(kpi, 'misses', burn.long)} / ${number(budget)}`
  }
  if (alert === names.alertName(kpi, 'info')) return windowed(kpi, 'current_mean', '1h')
  if (alert === names.noDataAlertName(kpi)) return unless(last(kpi), current(kpi))
  return current(kpi)
}
