import type { Config } from '@mnemoscope/kpi'
import type pg from 'pg'
import type { Logger } from 'pino'
import type { Metrics } from './metrics.js'
import type { PrometheusClient } from './prometheus/client.js'

/** What turns alerts of any source into observations. */
export interface Normaliser {
  readonly cluster: string
  readonly externalLabels: Readonly<Record<string, string>>
  readonly kpis: Config['kpis']
}

/** What the recorder's work is done with. */
export interface Work {
  readonly pool: pg.Pool
  readonly prometheus: PrometheusClient
  readonly config: Config
  readonly logger: Logger
  readonly metrics: Metrics
  /** How alerts are read; its external labels are learned anew from Prometheus at each reconcile. */
  readonly reading: { normaliser: Normaliser }
  /** Names of the handlers that every transition of an alert is delivered to. */
  readonly handlers: readonly string[]
}
