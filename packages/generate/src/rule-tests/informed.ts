import { type Config, isBreach, type Kpi, names } from '@mnemoscope/kpi'
import { is, select } from '../promql.js'
import { type Expectation, holds, holdsNot } from './rule-test.js'

/** Values of a KPI for tests of alerts that inform: what is usual, and what is worse by an amount. */
export interface WorseValues {
  readonly usual: number
  /** The amount that is just worth knowing, by `alerting.trend.change`. */
  readonly enough: number
  /** As far as the range lets it, and half as far again as is worth knowing. */
  readonly far: number
  /** The usual value, worse by an amount; better where that is negative. */
  readonly worseBy: (amount: number) => number
}

/** Values in the KPI's range; undefined where it has no room for one that is worth knowing. */
export function worseValues(
  { alerting }: Pick<Config, 'alerting'>,
  { range: { min, max }, direction }: Pick<Kpi, 'range' | 'direction'>,
): WorseValues | undefined {
  const sign = isBreach(direction, max, min) ? 1 : -1
  const usual = sign > 0 ? min + (max - min) / 4 : max - (max - min) / 4
  const enough = Math.abs(usual) * alerting.trend.change
  const far = Math.min(enough * 1.5, (max - min) / 2)
  if (far < enough * 1.1 || enough === 0) return undefined
  return { usual, enough, far, worseBy: (amount) => Number((usual + sign * amount).toPrecision(12)) }
}

/** An alert that informs of a KPI fires for a service at a time of the test, or does not. */
export function informs(
  kpi: Kpi,
  alertname: string,
  { service, fires }: { readonly service: string; readonly fires: boolean },
  at: number,
): Expectation {
  const { severity, kpi: kpiLabel, job } = names.label
  const alert = select('ALERTS', [
    is('alertname', alertname),
    is('alertstate', 'firing'),
    is(severity, 'info'),
    is(kpiLabel, kpi.id),
    is(job, service),
  ])
  return (fires ? holds : holdsNot)(at, alert)
}
