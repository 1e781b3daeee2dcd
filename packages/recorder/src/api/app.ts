import type { Config } from '@mnemoscope/kpi'
import { Hono } from 'hono'
import { compress } from 'hono/compress'
import { secureHeaders } from 'hono/secure-headers'
import type pg from 'pg'
import type { Logger } from 'pino'
import type { Arrivals } from '../alerts/arrivals.js'
import type { Followers } from '../config/followers.js'
import type { ConfigSource } from '../config/source.js'
import { rememberDashboards } from '../dashboard/remember.js'
import type { Gate } from '../http/access.js'
import { countAttempts } from '../http/attempts.js'
import { byteBudget } from '../http/budget.js'
import { answerError, RequestError } from '../http/error.js'
import { checkHosts } from '../http/hosts.js'
import { type PageFile, policyForDocumentsAlone, servePageFile } from '../http/page.js'
import { pageWithoutSlash, pathWithout, sentThrough } from '../http/proxy.js'
import type { AnyRoute } from '../http/route.js'
import { type Audit, refuseOtherMethods, serve } from '../http/serve.js'
import type { Metrics } from '../metrics.js'
import type { AlertmanagerClient } from '../prometheus/alertmanager.js'
import type { PrometheusClient } from '../prometheus/client.js'
import type { Events } from '../status/events.js'
import type { Notices } from '../status/notices.js'
import type { Readiness } from '../status/readiness.js'
import type { Normaliser } from '../work.js'
import { routes } from './routes.js'

/** Bodies that are held at a time; parsed, they take several times as much. Notifications have their own share. */
const mostBytesAtOnce = { alerts: 16 * 1_024 * 1_024, others: 48 * 1_024 * 1_024 } as const

export interface AppOptions {
  /** What is written goes through this. */
  readonly pool: pg.Pool
  /** What is only read goes through this. */
  readonly readers: pg.Pool
  readonly config: Config
  readonly configSource: ConfigSource
  /** The services that ask for changed settings. */
  readonly followers: Followers
  /** Who may call what. */
  readonly gate: Gate
  /** Gets who changed something and who was refused. */
  readonly audit: Audit
  /** Takes a code by which a browser signs in; true once for each. */
  readonly takeSignInCode: (code: string) => boolean
  /** Names for which requests are answered, beside those of this machine and IP addresses. */
  readonly hosts: ReadonlySet<string>
  /** Proxies that are believed how a request was sent: IP addresses and networks. */
  readonly trustedProxies: readonly string[]
  readonly metrics: Metrics
  readonly logger: Logger
  readonly page: ReadonlyMap<string, PageFile>
  /** Runbook pages by name, in Markdown. */
  readonly runbooks: ReadonlyMap<string, string>
  readonly normaliser: () => Normaliser
  /** Names of the handlers that get the changes of alerts. */
  readonly handlers: readonly string[]
  readonly readiness: () => Promise<Readiness>
  /** Keeps what came by webhook. */
  readonly arrivals: Arrivals
  readonly notices: () => Promise<Notices>
  readonly prometheus: PrometheusClient
  /** Of one cluster. */
  readonly alertmanagers: readonly AlertmanagerClient[]
  readonly events: Events
}

/** The recorder's HTTP API and page. */
export function createApp(options: AppOptions): Hono {
  const { readers, config, logger, page } = options
  const sentOf = sentThrough(options.trustedProxies)
  const needs = {
    ...options,
    sentOf,
    attempts: countAttempts(),
    budgets: { alerts: byteBudget(mostBytesAtOnce.alerts), others: byteBudget(mostBytesAtOnce.others) },
    dashboards: rememberDashboards(readers, config),
  }
  const { recorder, page: pageAddress } = config.endpoints
  const app = new Hono({ getPath: pathWithout([recorder, pageAddress]) })
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
  app.use(checkHosts(options.hosts, sentOf))
  // The page's links are relative, so they need a prefix that ends with a slash.
  app.use(async ({ req, redirect }, next) => {
    if (req.path !== pageWithoutSlash) return next()
    return redirect(`${new URL(req.url).pathname.split('/').at(-1)}/`, 308)
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
      // The recorder serves plain HTTP; a proxy in front of it decides about HTTPS.
      strictTransportSecurity: false,
    }),
  )
  const all: readonly AnyRoute<typeof needs>[] = routes
  for (const each of all) serve(app, each, needs)
  for (const [path, file] of page) {
    app.get(path, (context) => servePageFile(context, file))
  }
  refuseOtherMethods(app, [...all, ...[...page.keys()].map((path) => ({ method: 'GET' as const, path }))])
  return app
}
