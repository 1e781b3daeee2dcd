import { type Config, durationSeconds } from '@mnemoscope/kpi'
import { type Logger, pino } from 'pino'
import type { Normaliser } from './alerts/observation.js'
import { fetchExternalLabels } from './alerts/prometheus-alerts.js'
import { reconcile } from './alerts/reconcile.js'
import { countOpenEpisodes } from './alerts/rows.js'
import { migrate } from './database/migrate.js'
import { readMigrations } from './database/migrations.js'
import { createPool } from './database/pool.js'
import { applyRetention } from './database/retention.js'
import { createApp } from './http/app.js'
import { createEvents } from './http/events.js'
import { listen } from './http/listen.js'
import { readPage } from './http/page.js'
import { startLoop } from './loop.js'
import { createMetrics, showOpenEpisodes } from './metrics.js'
import { createPrometheusClient } from './prometheus/client.js'
import { readinessOf } from './readiness.js'
import { createBackfill } from './snapshots/backfill.js'
import { newestInstant, nextSettling, settlingMs } from './snapshots/instant.js'
import { storeInstants } from './snapshots/store.js'
import { takeSnapshot } from './snapshots/take.js'

const retentionEveryMs = 3_600_000

export interface RecorderOptions {
  readonly config: Config
  /** `postgres://user:password@host:port/database` */
  readonly databaseUrl: string
  /** Base address of a Prometheus-compatible API. */
  readonly prometheusUrl: string
  /** Headers of every request to it: a tenant, an authorization. Default none. */
  readonly prometheusHeaders?: Readonly<Record<string, string>>
  /** Name under which alerts are filed, where several clusters share a database. Default `default`. */
  readonly cluster?: string
  /** Default `127.0.0.1`. */
  readonly host?: string
  /** Default 9470; 0 for a free one. */
  readonly port?: number
  /** Default: JSON lines on standard output. */
  readonly logger?: Logger
}

/** A recorder at work. */
export interface Recorder {
  /** Address of its page and API. */
  readonly url: string
  /** Finishes the cycle and the requests under way, then closes everything. May be called twice. */
  stop(): Promise<void>
}

/**
 * Starts the recorder: migrates the database, then takes a snapshot of every KPI at each aligned instant, keeps the
 * history of alerts, and serves its page and API. Failures of Postgres or Prometheus while it runs are logged,
 * counted and shown by /readyz, and the work goes on when they are back.
 * @throws MnemoscopeError DATABASE_UNREACHABLE, DATABASE_SCHEMA_NEWER or PORT_IN_USE when it can't start
 */
export async function startRecorder(options: RecorderOptions): Promise<Recorder> {
  const { config, databaseUrl, prometheusUrl, host = '127.0.0.1', port = 9470, cluster = 'default' } = options
  const logger = options.logger ?? pino({ name: 'mnemoscope-recorder' })
  const applied = await migrate(databaseUrl)
  if (applied.length > 0) logger.info({ applied }, 'database schema brought up to date')
  const pool = createPool(databaseUrl)
  const prometheus = createPrometheusClient({
    url: prometheusUrl,
    ...(options.prometheusHeaders === undefined ? {} : { headers: options.prometheusHeaders }),
  })
  const metrics = createMetrics()
  const startedAt = new Date()
  const intervalMs = 1_000 * durationSeconds(config.snapshotInterval)
  const scrapeSeconds = durationSeconds(config.scrapeInterval)
  const settling = settlingMs(scrapeSeconds)
  let normaliser: Normaliser = { cluster, externalLabels: {}, kpis: config.kpis }

  const snapshots = startLoop({
    next: (now) => nextSettling(now, intervalMs, settling),
    run: async () => {
      const endTimer = metrics.cycleDuration.startTimer()
      const at = new Date(newestInstant(Date.now(), intervalMs, settling))
      const instant = await takeSnapshot(prometheus, at, scrapeSeconds)
      const rows = await storeInstants(pool, [instant])
      endTimer()
      metrics.snapshots.inc()
      metrics.snapshotRows.inc(rows)
      metrics.lastInstant.set(at.getTime() / 1_000)
      if ('gap' in instant) logger.warn({ at, gap: instant.gap }, 'instant without a snapshot')
      else logger.debug({ at, rows }, 'snapshot stored')
    },
    onError: (err) => {
      metrics.snapshotFailures.inc()
      logger.error({ err }, 'snapshot failed')
    },
  })
  const backfill = createBackfill({ pool, prometheus, config })
  let isBackfilling = false
  const backfills = startLoop({
    next: (now) => (isBackfilling ? now : now + intervalMs),
    run: async () => {
      const wasBackfilling = isBackfilling
      // A batch that fails is tried again after a pause, not at once.
      isBackfilling = false
      const batch = await backfill.runBatch()
      isBackfilling = batch.left > 0
      if (isBackfilling || wasBackfilling) logger.info(batch, 'missed instants filled')
    },
    onError: (err) => logger.error({ err }, 'backfill failed'),
  })
  const alertCheckMs = 1_000 * durationSeconds(config.alertCheckInterval)
  const reconciles = startLoop({
    next: (now) => now + alertCheckMs,
    run: async () => {
      normaliser = { ...normaliser, externalLabels: await fetchExternalLabels(prometheus) }
      const { opened, closed } = await reconcile({ pool, prometheus, config, normaliser })
      if (opened + closed > 0) logger.info({ opened, closed }, 'alert history reconciled')
      showOpenEpisodes(metrics, await countOpenEpisodes(pool))
    },
    onError: (err) => logger.error({ err }, 'reconcile failed'),
  })
  const retention = startLoop({
    next: (now) => now + retentionEveryMs,
    run: async () => {
      const run = await applyRetention(pool, config.dataRetentionDays, new Date())
      if (run.droppedPartitions.length + run.deletedEpisodes > 0) logger.info(run, 'old data removed')
    },
    onError: (err) => logger.error({ err }, 'retention failed'),
  })

  const close = async () => {
    await Promise.all([snapshots, backfills, reconciles, retention].map((loop) => loop.stop()))
    await pool.end()
  }
  const knownSchema = (await readMigrations()).at(-1)?.version ?? 0
  const refreshMs = 1_000 * durationSeconds(config.dashboard.refreshInterval)
  const events = createEvents({ pool, refreshMs, logger })
  const app = createApp({
    events,
    pool,
    config,
    metrics,
    logger,
    page: await readPage(),
    normaliser: () => normaliser,
    readiness: () => readinessOf({ pool, prometheus, snapshots, startedAt, intervalMs, knownSchema }),
  })
  try {
    const server = await listen(app, host, port)
    logger.info({ url: server.url }, 'recorder listens')
    let stopping: Promise<void> | undefined
    return {
      url: server.url,
      stop() {
        events.stop()
        stopping ??= server.close().then(close)
        return stopping
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}
