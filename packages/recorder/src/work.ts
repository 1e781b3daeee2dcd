import type { Config } from '@mnemoscope/kpi'
import type pg from 'pg'
import type { Logger } from 'pino'
import type { Metrics } from './metrics.js'
import type { PrometheusClient } from './prometheus/client.js'

/** What is needed to turn an alert of any source into an observation. */
export interface Normaliser {
  readonly cluster: string
  readonly externalLabels: Readonly<Record<string, string>>
  readonly kpis: Config['kpis']
}

/** The servers, settings and instruments that all work of the recorder uses. */
export interface Work {
  readonly pool: pg.Pool
  readonly prometheus: PrometheusClient
  readonly config: Config
  readonly logger: Logger
  readonly metrics: Metrics
  /** How alerts are read; each reconcile reads its external labels from Prometheus. */
  readonly reading: { normaliser: Normaliser }
  /** Names of the handlers that every transition of an alert is delivered to. */
  readonly handlers: readonly string[]
}
