import { type Config, type Kpi, names, thresholdSeverities } from '@mnemoscope/kpi'
import { is, isOneOf, select } from './promql.js'

const { job, model, contextSize, operation, kpi } = names.label

/** Labels whose alerts are one message, for each choice of `alerting.groupBy`. */
const labelsOf: Readonly<Record<Config['alerting']['groupBy'], readonly string[]>> = {
  service: [job],
  kpi: [job, kpi],
  place: [job, kpi, model, contextSize, operation],
}

/** Labels that alerts of one message have in common. */
export function messageLabels({ alerting }: Pick<Config, 'alerting'>): readonly string[] {
  return labelsOf[alerting.groupBy]
}

/** The same of the series of one KPI, which have no label for it. */
export function messageLabelsOfKpi(config: Pick<Config, 'alerting'>): string[] {
  return messageLabels(config).filter((label) => label !== kpi)
}

/** Alerts of thresholds that fire, of all KPIs that can be in one message with this one. */
export function firingInMessage(config: Config, of: Kpi): string {
  return firingThresholds(config.alerting.groupBy === 'service' ? Object.values(config.kpis) : [of])
}

/** Alerts of these KPIs' thresholds that fire. */
export function firingThresholds(kpis: readonly Pick<Kpi, 'id'>[]): string {
  const alerts = kpis.flatMap((each) => thresholdSeverities.map((level) => names.alertName(each, level)))
  return select('ALERTS', [isOneOf('alertname', alerts), is('alertstate', 'firing')])
}
