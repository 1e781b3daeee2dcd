import { randomBytes } from 'node:crypto'
import { type Config, durationSeconds, MnemoscopeError, type TlsFiles } from '@mnemoscope/kpi'
import type pg from 'pg'
import { type Logger, pino } from 'pino'
import { countArrivals } from './alerts/arrivals.js'
import { startReconciles } from './alerts/reconcile.js'
import { createApp } from './api/app.js'
import { startKeyAudit } from './audit/keys.js'
import { startAuditLog } from './audit/log.js'
import { startChangeLog } from './config/change-log.js'
import { rememberFollowers } from './config/followers.js'
import { type ConfigSource, fixedConfig, liveConfig, showConfigProblem } from './config/source.js'
import { shownAddress } from './database/address.js'
import { readBaseline } from './database/baseline.js'
import { connectionLimit, divided, refuseTooFew, usualConnections } from './database/connections.js'
import { databaseFailure } from './database/errors.js'
import { createPool, timeStatements } from './database/pool.js'
import { prepareDatabase } from './database/prepare.js'
import { startEndingReaders } from './database/readers.js'
import { startRetention } from './database/retention.js'
import type { AlertHandler } from './deliveries/handlers.js'
import { startDeliveries, startQueueDepth } from './deliveries/loop.js'
import { startStorms } from './deliveries/storms.js'
import { startNewestChanges } from './deployments/newest-changes.js'
import { startDeploymentSearch } from './deployments/search.js'
import { isLoopback, type Key, type Openness } from './http/access.js'
import { knownHosts } from './http/hosts.js'
import type { KeyChange } from './http/key-file.js'
import { type Listening, listen } from './http/listen.js'
import { readPage } from './http/page.js'
import { startIncidents } from './incidents/group-episodes.js'
import { type Loop, type NamedLoop, showLoops } from './loop.js'
import { createMetrics } from './metrics.js'
import { startNotificationWatch } from './notifications/watch.js'
import { createAlertmanagerClient } from './prometheus/alertmanager.js'
import { createPrometheusClient, timedClient } from './prometheus/client.js'
import { type AlertSource, alertSource, firstThatAnswers } from './prometheus/source.js'
import { readRunbooks } from './runbooks/routes.js'
import { startBackfill, startRollUps, startSnapshots } from './snapshots/loops.js'
import { createEvents } from './status/events.js'
import { rememberNotices } from './status/notices.js'
import { rememberReadiness } from './status/readiness.js'
import type { Work } from './work.js'

export interface RecorderOptions {
  readonly config: Config
  /** Where changes of it come from while the recorder runs. Default: it never changes. */
  readonly configSource?: ConfigSource
  /** A token with all scopes. Default none. */
  readonly token?: string
  /** The keys that count at the moment of a request. Default none. */
  readonly keys?: () => readonly Key[]
  /** What people made and revoked of them, for the audit log. Default nothing. */
  readonly keyChanges?: () => readonly KeyChange[]
  /**
   * What everybody who reaches it may do while it has no token and no keys. That a request comes from this machine proves
   * nothing, as proxies and web pages send from there too.
   * - `use`: all but changes of the configuration and deployments. Default if it listens on a loopback address.
   * - `nothing`: only health, its own metrics and runbooks. Default elsewhere.
   * - `everything`: for a recorder behind a gate of its own.
   */
  readonly open?: Openness
  /** How browsers sign in by a code. Default: they cannot, and a token or a key signs in until the recorder ends. */
  readonly signIn?: {
    /** Signs the cookies. */
    readonly secret: string
    /** Takes a code; true once for each. */
    readonly takeCode: (code: string) => boolean
  }
  /** `postgres://user:password@host:port/database?sslmode=…`, or `host=… dbname=…`; the rest comes from `PG*` variables. */
  readonly databaseUrl: string
  /** Most connections to it, 3 or more. Default 16; fewer where Postgres allows the user fewer. */
  readonly databaseConnections?: number
  /** Base address of a Prometheus-compatible API. */
  readonly prometheusUrl: string
  /** Headers of every request to it: a tenant, an authorization. Default none. */
  readonly prometheusHeaders?: Readonly<Record<string, string>>
  /** Base addresses of Prometheus that evaluate the same rules: `replicas.prometheus`. Default none. */
  readonly prometheusReplicas?: readonly string[]
  /** Base addresses of Alertmanagers that are asked what still fires. Default none. */
  readonly alertmanagerUrls?: readonly string[]
  /** Name under which alerts are filed, where several clusters share a database. Default `default`. */
  readonly cluster?: string
  /** Get every change of an alert; see `AlertHandler`. Default none. */
  readonly handlers?: readonly AlertHandler[]
  /** Default `127.0.0.1`. */
  readonly host?: string
  /**
   * Further names under which it is reached. Default none: it has the names of this machine, its IP addresses, and the
   * hosts of `endpoints.recorder`, of `endpoints.page` and of the address it listens on.
   */
  readonly allowHosts?: readonly string[]
  /**
   * Proxies that are believed how a request was sent (`X-Forwarded-Host`, `-Proto`, `-Prefix`, `-For`): IP addresses and
   * networks such as `10.0.0.0/8`. Default none.
   */
  readonly trustProxies?: readonly string[]
  /** Default 9470; 0 for a free one. */
  readonly port?: number
  /** Serves HTTPS with this certificate, which is read again when its files change. Default: HTTP. */
  readonly tls?: TlsFiles | undefined
  /** Default: JSON lines on standard output. */
  readonly logger?: Logger
}

/** A recorder at work. */
export interface Recorder {
  /** Address of its page and API. */
  readonly url: string
  /**
   * Finishes the work under way, gives requests under way 5 s to end, then closes everything. May be called twice.
   */
  stop(): Promise<void>
}

/**
 * Starts the recorder: makes its tables in an empty database, then takes a snapshot of every KPI at each aligned instant, keeps the
 * history of alerts, and serves its page and API. Failures of Postgres or Prometheus while it runs are logged,
 * counted and shown by /readyz, and the work goes on when they are back.
 * @throws MnemoscopeError DATABASE_ADDRESS, DATABASE_UNREACHABLE, DATABASE_UNABLE, DATABASE_DENIED, DATABASE_BASELINE, CONFIG_INVALID
 *   (two handlers of one name) or PORT_IN_USE when it can't start
 */
export async function startRecorder(options: RecorderOptions): Promise<Recorder> {
  const { databaseUrl, prometheusUrl, host = '127.0.0.1', port = 9470 } = options
  const { cluster = 'default', handlers = [] } = options
  const handlerNames = namesOf(handlers)
  const configSource = options.configSource ?? fixedConfig(options.config)
  const config = liveConfig(configSource)
  const logger = options.logger ?? pino({ name: 'mnemoscope-recorder' })
  // Read what can fail before starting anything that would have to be stopped.
  const [page, runbooks] = await Promise.all([readPage(), readRunbooks()])
  const knownSchema = (await readBaseline()).sha256
  if (await prepareDatabase(databaseUrl)) logger.info({ baseline: knownSchema }, 'tables made')
  const { pool, readers } = await openPools(options, logger)
  const metrics = createMetrics()
  for (const each of [pool, readers]) {
    timeStatements(each, (seconds) => metrics.queryDuration.observe({ server: 'postgres' }, seconds))
  }
  const sourceOf = (url: string): AlertSource => {
    const headers = options.prometheusHeaders ?? {}
    const client = timedClient(createPrometheusClient({ url, headers }), (seconds) =>
      metrics.queryDuration.observe({ server: 'prometheus' }, seconds),
    )
    return alertSource(url, client)
  }
  const firstSource = sourceOf(prometheusUrl)
  const sources = [firstSource, ...(options.prometheusReplicas ?? []).map(sourceOf)]
  const prometheus = firstThatAnswers([firstSource.client, ...sources.slice(1).map(({ client }) => client)])
  const alertmanagers = (options.alertmanagerUrls ?? []).map(createAlertmanagerClient)
  const reading = { normaliser: { cluster, replicaLabels: config.replicas.labels, kpis: config.kpis } }
  const unsubscribe = configSource.onChange(({ config: { kpis } }) => {
    reading.normaliser = { ...reading.normaliser, kpis }
  })
  const servers = { prometheus, sources, alertmanagers }
  const work: Work = { pool, ...servers, config, logger, metrics, reading, handlers: handlerNames }
  const arrivals = countArrivals()
  const startedAt = new Date()
  const snapshots = startSnapshots(work)
  const loops: NamedLoop<Loop>[] = [
    { work: 'snapshots', loop: snapshots },
    { work: 'backfill', loop: startBackfill(work) },
    { work: 'roll_ups', loop: startRollUps(work) },
    { work: 'reconcile', loop: startReconciles(work) },
    { work: 'deployments', loop: startDeploymentSearch(work) },
    { work: 'newest_changes', loop: startNewestChanges(work) },
    { work: 'retention', loop: startRetention(work) },
    { work: 'readers', loop: startEndingReaders(work) },
    { work: 'queue_depth', loop: startQueueDepth(work) },
    { work: 'storms', loop: startStorms(work) },
    { work: 'incidents', loop: startIncidents(work) },
    { work: 'notifications', loop: startNotificationWatch(work, arrivals) },
    ...handlers.map((handler) => ({
      work: 'deliveries',
      handler: handler.name,
      loop: startDeliveries(work, handler),
    })),
  ]
  showLoops(metrics.registry, loops, startedAt)
  showConfigProblem(metrics.registry, configSource)
  const followers = rememberFollowers()
  const changeLog = startChangeLog(pool, configSource, followers, logger)
  const audit = startAuditLog(pool, logger, metrics.auditLost)
  const keyAudit = startKeyAudit(options.keyChanges ?? (() => []), audit, logger)
  const close = async (server?: Listening) => {
    unsubscribe()
    await keyAudit.stop()
    await Promise.all([server?.close(), changeLog.stop(), ...loops.map(({ loop }) => loop.stop())])
    // Requests under way until now may have had something to add.
    await audit.stop()
    await Promise.all([pool.end(), readers.end()])
  }
  const refreshMs = 1_000 * durationSeconds(config.dashboard.refreshInterval)
  const events = createEvents({ pool: readers, configSource, refreshMs, logger })
  const app = createApp({
    events,
    pool,
    readers,
    prometheus,
    alertmanagers,
    config,
    configSource,
    followers,
    gate: {
      token: options.token,
      keys: options.keys ?? (() => []),
      open: options.open ?? (isLoopback(host) ? 'use' : 'nothing'),
      sessionSecret: options.signIn?.secret ?? randomBytes(32).toString('hex'),
      asksScrapes: () => configSource.current().recorderScrapeTokenFile !== undefined,
      people: () => configSource.current().proxySignIn,
    },
    audit,
    takeSignInCode: options.signIn?.takeCode ?? (() => false),
    trustedProxies: options.trustProxies ?? [],
    hosts: knownHosts(
      [config.endpoints.recorder, config.endpoints.page],
      [host, ...(options.allowHosts ?? [])],
    ),
    metrics,
    logger,
    page,
    runbooks,
    normaliser: () => reading.normaliser,
    handlers: handlerNames,
    arrivals,
    notices: rememberNotices(prometheus, config, arrivals),
    readiness: rememberReadiness({ pool, prometheus, config, snapshots, startedAt, knownSchema }),
  })
  try {
    const server = await listen(app, host, port, {
      tls: options.tls,
      onTlsFailure: (err) => logger.error({ err }, 'the changed certificate is not used'),
    })
    logger.info({ url: server.url }, 'recorder listens')
    let stopping: Promise<void> | undefined
    return {
      url: server.url,
      stop() {
        events.stop()
        stopping ??= close(server)
        return stopping
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Connections for work and for questions, as many as are wanted and Postgres allows. */
async function openPools(
  { databaseUrl, databaseConnections = usualConnections }: RecorderOptions,
  logger: Logger,
): Promise<{ pool: pg.Pool; readers: pg.Pool }> {
  const pool = createPool(databaseUrl, { max: 1 })
  try {
    const limit = await connectionLimit(pool)
    if (limit !== undefined) refuseTooFew(limit, shownAddress(databaseUrl))
    const connections = Math.min(databaseConnections, limit ?? databaseConnections)
    if (connections < databaseConnections) {
      logger.warn(
        { wanted: databaseConnections, allowed: connections },
        'Postgres allows few connections: work takes turns',
      )
    }
    const { work, readers } = divided(connections)
    pool.options.max = work
    return { pool, readers: createPool(databaseUrl, { max: readers }) }
  } catch (error) {
    await pool.end()
    throw databaseFailure(databaseUrl, error)
  }
}

/** @throws MnemoscopeError CONFIG_INVALID for two of one name: their deliveries would be mixed up */
function namesOf(handlers: readonly AlertHandler[]): string[] {
  const names = handlers.map(({ name }) => name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice === undefined) return names
  throw new MnemoscopeError('CONFIG_INVALID', `two alert handlers have the name ${twice}`, {
    value: twice,
    expected: 'a different name for each handler',
    next: 'Give one of them another name.',
  })
}
