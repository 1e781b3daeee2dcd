import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import type pg from 'pg'
import type { Observation } from '../../src/alerts/observation.js'
import { startDeliveries } from '../../src/deliveries/loop.js'
import { startStorms } from '../../src/deliveries/storms.js'
import { type AlertHandler, createPool } from '../../src/index.js'
import type { Loop } from '../../src/loop.js'
import { createMetrics } from '../../src/metrics.js'
import { createPrometheusClient } from '../../src/prometheus/client.js'
import type { Work } from '../../src/work.js'
import { startTestPostgres, type TestPostgres } from '../plumbing/postgres.js'
import { silentLogger } from '../plumbing/silent-logger.js'

/** Deliveries of one test file; each test has its own database. */
export interface TestDeliveries {
  readonly pool: pg.Pool
  /** Delivers to a handler until the end of the test. */
  start(handler: AlertHandler, metrics?: ReturnType<typeof createMetrics>): void
  /** Looks for storms until the end of the test. */
  lookForStorms(handlers: readonly string[]): void
  /** Stops all deliveries now. */
  stopAll(): Promise<void>
  /** How many deliveries a handler has yet to get. */
  left(handler: string): Promise<number>
}

/** Sets up the databases of a test file, and ends what its tests start. */
export function testDeliveries(): TestDeliveries {
  let postgres: TestPostgres
  let pool: pg.Pool
  const loops: Loop[] = []

  const workOf = (handlers: readonly string[], metrics = createMetrics()): Work => {
    const config = defineConfig()
    return {
      pool,
      prometheus: createPrometheusClient({ url: 'http://127.0.0.1:9' }),
      config,
      logger: silentLogger,
      metrics,
      sources: [],
      alertmanagers: [],
      reading: { normaliser: { cluster: 'default', replicaLabels: [], kpis: config.kpis } },
      handlers,
    }
  }

  const stopAll = async () => {
    await Promise.all(loops.splice(0).map((loop) => loop.stop()))
  }

  beforeAll(async () => {
    postgres = await startTestPostgres()
  }, 60_000)

  afterAll(() => postgres?.stop(), 60_000)

  beforeEach(async () => {
    pool = createPool(await postgres.newDatabase())
  })

  afterEach(async () => {
    await stopAll()
    await pool.end()
  })

  return {
    get pool() {
      return pool
    },
    start(handler, metrics = createMetrics()) {
      loops.push(startDeliveries(workOf([handler.name], metrics), handler))
    },
    lookForStorms(handlers) {
      loops.push(startStorms(workOf(handlers)))
    },
    stopAll,
    async left(handler) {
      const { rows } = await pool.query<{ n: number }>(
        'SELECT count(*)::int AS n FROM deliveries WHERE handler = $1 AND dead_at IS NULL',
        [handler],
      )
      return rows[0]?.n ?? 0
    },
  }
}

/** An alert that opens and closes: two events for each handler. */
export function episode(name: string, ends = true): Observation[] {
  const alert = {
    cluster: 'default',
    fingerprint: name.padStart(16, '0'),
    labels: { alertname: name, severity: 'critical' },
    annotations: { summary: name },
    startsAt: 1_000,
  }
  return ends ? [alert, { ...alert, endsAt: 2_000 }] : [alert]
}
