import type { Config } from '@mnemoscope/kpi'
import type pg from 'pg'
import type { Logger } from 'pino'
import type { Metrics } from './metrics.js'
import type { AlertmanagerClient } from './prometheus/alertmanager.js'
import type { PrometheusClient } from './prometheus/client.js'
import type { AlertSource } from './prometheus/source.js'

/** What is needed to turn an alert of any source into an observation. */
export interface Normaliser {
  readonly cluster: string
  /** Labels by which replicas of one Prometheus differ. */
  readonly replicaLabels: readonly string[]
  readonly kpis: Config['kpis']
}

/** The servers, settings and instruments that all work of the recorder uses. */
export interface Work {
  readonly pool: pg.Pool
  /** The Prometheus, or where it does not answer one of its replicas. */
  readonly prometheus: PrometheusClient
  /** Each Prometheus by itself: what only one of them sees is an alert too. */
  readonly sources: readonly AlertSource[]
  /** Addresses of Alertmanagers that are asked what still fires; empty for none. */
  readonly alertmanagers: readonly AlertmanagerClient[]
  readonly config: Config
  readonly logger: Logger
  readonly metrics: Metrics
  /** How alerts are read. */
  readonly reading: { normaliser: Normaliser }
  /** Names of the handlers that every transition of an alert is delivered to. */
  readonly handlers: readonly string[]
}
