import { type Config, durationSeconds } from '@mnemoscope/kpi'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { compress } from 'hono/compress'
import { secureHeaders } from 'hono/secure-headers'
import type pg from 'pg'
import type { Logger } from 'pino'
import type { Normaliser } from '../alerts/observation.js'
import { analysisRoutes } from '../analysis/routes.js'
import { configRoutes } from '../config/routes.js'
import type { ConfigSource } from '../config/source.js'
import { episodes } from '../dashboard/alerts.js'
import { charts } from '../dashboard/charts.js'
import { episodeDetail } from '../dashboard/episode-detail.js'
import { gaps } from '../dashboard/gaps.js'
import { rememberDashboards } from '../dashboard/remember.js'
import { kpiSeries } from '../dashboard/series.js'
import { deploymentRoutes } from '../deployments/routes.js'
import { measurementRoutes } from '../measurements/routes.js'
import type { Metrics } from '../metrics.js'
import type { Readiness } from '../readiness.js'
import { answerRows } from '../rows/answer.js'
import { snapshotRows } from '../rows/snapshots.js'
import { acknowledgeEpisode } from './acknowledge.js'
import { byteBudget, withinBudget } from './budget.js'
import { episodeId, noEpisode } from './episode-id.js'
import { answerError, RequestError } from './error.js'
import type { Events } from './events.js'
import { withToken } from './may-change.js'
import { openApiDocument } from './openapi.js'
import { type PageFile, policyForDocumentsAlone, servePageFile } from './page.js'
import { readParameters } from './parameters.js'
import { queries } from './queries.js'
import { runbookRoutes } from './runbooks.js'
import { alertmanagerWebhook } from './webhook.js'

/** Largest body of a notification: thousands of alerts with long texts. */
const mostBodyBytes = 8 * 1_024 * 1_024
/** Bodies of notifications and measurements that are held at a time; parsed, they take several times as much. */
const mostBytesAtOnce = 64 * 1_024 * 1_024
/** The longest comment, each character escaped. */
const mostCommentBytes = 32 * 1_024

export interface AppOptions {
  /** What is written goes through this. */
  readonly pool: pg.Pool
  /** What is only read goes through this. */
  readonly readers: pg.Pool
  readonly config: Config
  readonly configSource: ConfigSource
  /** What a request that writes anything must carry; undefined for nothing. */
  readonly token: string | undefined
  readonly metrics: Metrics
  readonly logger: Logger
  readonly page: ReadonlyMap<string, PageFile>
  /** Runbook pages by name, in Markdown. */
  readonly runbooks: ReadonlyMap<string, string>
  readonly normaliser: () => Normaliser
  /** Names of the handlers that are told of alerts. */
  readonly handlers: readonly string[]
  readonly readiness: () => Promise<Readiness>
  readonly events: Events
}

/** The recorder's HTTP API and page. */
export function createApp(options: AppOptions): Hono {
  const { pool, readers, config, token, metrics, logger, page, normaliser, handlers, readiness, events } =
    options
  const app = new Hono()
  const budget = byteBudget(mostBytesAtOnce)
  const intervalSeconds = durationSeconds(config.snapshotInterval)
  const dashboardOf = rememberDashboards(readers, config)
  const webhook = alertmanagerWebhook({ pool, handlers, metrics, normaliser })
  app.use('/api/*', compress())
  app.onError((error, context) => answerError(error, context, logger))
  // Hono hands only what is an `Error` of its own realm to the handler above, and drops anything else.
  app.use(async (context, next) => {
    try {
      await next()
    } catch (error) {
      context.res = answerError(error, context, logger)
    }
  })
  app.notFound((context) => {
    const { path } = context.req
    const error = new RequestError(404, `there is nothing at ${path}`, {
      value: path,
      next: 'The page is at /, data at /api/dashboard.',
    })
    return answerError(error, context, logger)
  })
  app.use('/page/*', policyForDocumentsAlone)
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        // Nothing that the page shows may become markup or script, whatever names models have.
        requireTrustedTypesFor: ["'script'"],
        imgSrc: ["'self'"],
        connectSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
      // The recorder speaks plain HTTP; a proxy in front of it decides about HTTPS.
      strictTransportSecurity: false,
    }),
  )
  app.post(
    '/api/webhook/alertmanager',
    withToken(token),
    withinBudget(budget, mostBodyBytes),
    bodyOfAtMost(mostBodyBytes, 'Set max_alerts in the webhook_configs, or group into smaller groups.'),
    webhook,
  )
  app.get('/api/dashboard', async (context) => {
    const { scope } = readParameters(context, {})
    return context.json(await dashboardOf(scope))
  })
  app.get('/api/episodes', async (context) => {
    const parameters = queries.episodes(Object.keys(config.kpis))
    const { scope, limit: most, ...filter } = readParameters(context, parameters)
    return context.json({ episodes: await episodes(readers, scope, { ...filter, most }) })
  })
  app.post(
    '/api/episodes/:id/acknowledge',
    withToken(token),
    bodyOfAtMost(mostCommentBytes, 'Write a shorter comment.'),
    acknowledgeEpisode(pool),
  )
  app.get('/api/episodes/:id', async (context) => {
    const detail = await episodeDetail(readers, episodeId(context), intervalSeconds)
    return detail === undefined ? noEpisode(context) : context.json(detail)
  })
  app.get('/api/charts', async (context) => {
    const { scope, limit: mostSeries } = readParameters(context, queries.charts)
    const mostPoints = config.dashboard.maxDataPoints
    return context.json(
      await charts(readers, config.kpis, scope, { intervalSeconds, mostPoints, mostSeries }),
    )
  })
  app.get('/api/events', events.handle)
  app.get('/api/openapi.json', (context) => context.json(openApiDocument(Object.keys(config.kpis))))
  app.get('/api/snapshots', (context) => {
    const { scope, kpi, ...request } = readParameters(context, queries.rows(Object.keys(config.kpis)))
    return answerRows(context, 'snapshots', snapshotRows(readers, scope, kpi), { ...request, scope })
  })
  app.get('/api/series', async (context) => {
    const { scope, kpi, limit } = readParameters(context, queries.series(Object.keys(config.kpis)))
    const mostPoints = config.dashboard.maxDataPoints
    return context.json(
      await kpiSeries(readers, scope, { kpi, intervalSeconds, mostPoints, mostSeries: limit }),
    )
  })
  app.get('/api/gaps', async (context) => {
    const { scope, limit } = readParameters(context, queries.gaps)
    return context.json({
      gaps: await gaps(readers, scope, intervalSeconds, limit),
    })
  })
  app.route('/', configRoutes({ pool: readers, source: options.configSource, token }))
  app.route('/', deploymentRoutes({ pool, readers, token }))
  app.route('/', measurementRoutes({ pool, readers, config, token, budget }))
  app.route('/', analysisRoutes({ pool: readers, config }))
  app.get('/healthz', (context) => context.json({ status: 'ok' }))
  app.get('/readyz', async (context) => {
    const state = await readiness()
    return context.json(state, state.ready ? 200 : 503)
  })
  app.get('/metrics', async (context) =>
    context.body(await metrics.registry.metrics(), 200, { 'content-type': metrics.registry.contentType }),
  )
  app.route('/', runbookRoutes(options.runbooks, config))
  for (const [path, file] of page) {
    app.get(path, (context) => servePageFile(context, file))
  }
  return app
}

function bodyOfAtMost(maxSize: number, next: string) {
  return bodyLimit({
    maxSize,
    onError: () => {
      throw new RequestError(413, 'the body is too large', { expected: `at most ${maxSize} bytes`, next })
    },
  })
}
