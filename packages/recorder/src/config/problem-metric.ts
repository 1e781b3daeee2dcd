import { names } from '@mnemoscope/kpi'
import { Gauge, type Registry } from 'prom-client'
import type { ConfigSource } from './source.js'

/** Has a registry show whether something keeps the configuration as it is written from being in force. */
export function showConfigProblem(registry: Registry, source: Pick<ConfigSource, 'problem'>): void {
  new Gauge({
    name: names.recorderMetric.configProblem,
    help: 'Whether the configuration as it is written is not in force: 1 while that is known; GET /api/config says why.',
    registers: [registry],
    collect() {
      this.set(source.problem() === undefined ? 0 : 1)
    },
  })
}
