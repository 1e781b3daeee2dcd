import { type ConfigInput, defineConfig } from '@mnemoscope/kpi'
import { exposed, type Phase } from '../../src/rule-tests/traffic.js'
import { rulesOf, ruleTest } from '../promtool.js'

export const labels = {
  job: 'memory',
  instance: 'm:1',
  model: 'm',
  context_size: '8192',
  operation: 'search',
}
export const quick = { expiry: '5m' } as const
/** What promtool says of the F1 score's alerts in this traffic; empty if everything is as expected. */
export const run = (
  settings: NonNullable<ConfigInput['kpis']>['f1_score'],
  phases: readonly Phase[],
  at: Parameters<typeof ruleTest>[2],
) => {
  const config = defineConfig({ kpis: { f1_score: { ...quick, ...settings } } })
  return ruleTest(
    rulesOf(config),
    { 'up{job="memory", instance="m:1"}': '1x400', ...exposed(config.kpis.f1_score, labels, phases) },
    at,
  )
}
export const busy = (measured: number, scrapes: number): Phase => ({ scrapes, operations: 4, measured })
export const firing = (name: string) =>
  `count(ALERTS{alertname="MnemoscopeF1Score${name}", alertstate="firing"})`
export const pending = (name: string) =>
  `count(ALERTS{alertname="MnemoscopeF1Score${name}", alertstate="pending"})`
export const one = [['{}', 1]] as const
