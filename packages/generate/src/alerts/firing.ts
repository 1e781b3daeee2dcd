import { type Kpi, names, type ThresholdSeverity } from '@mnemoscope/kpi'
import { bracket, isOneOf, or, select } from '../promql.js'
import { newest } from '../recording/counting.js'

/** Alerts of a KPI's levels that are pending or firing, as their own series show: so after a restart, too. */
export function firingAlerts(kpi: Kpi, severities: readonly ThresholdSeverity[]): string {
  const alertNames = severities.map((severity) => names.alertName(kpi, severity))
  const alerts = select('ALERTS', [isOneOf('alertname', alertNames)])
  // After minutes without an evaluation, `ALERTS` by itself is empty, and an alert would end for no reason.
  const interrupted = `${newest(alerts)} unless on () ${names.judgeSeries.evaluated(kpi)}`
  return bracket(or([alerts, interrupted]))
}
