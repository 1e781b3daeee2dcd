import { z } from 'zod'
import { notificationSchema } from '../alerts/webhook.js'
import { changeSchema } from '../config/routes.js'
import { deploymentBody, deploymentSchema } from '../deployments/routes.js'
import { logsSchema } from '../measurements/otlp.js'
import { contentTypes, formats } from '../rows/format.js'
import { measurementSchema } from '../rows/measurements.js'
import { snapshotSchema } from '../rows/snapshots.js'
import { acknowledgeBody } from './acknowledge.js'
import { queries } from './queries.js'

/** One route of the HTTP API, for people and for the OpenAPI document. */
export interface Endpoint {
  readonly method: 'get' | 'post' | 'put'
  /** As OpenAPI writes it: `/api/episodes/{id}`. */
  readonly path: string
  readonly summary: string
  /** Query parameters beside those of the scope; undefined where the route takes no scope. */
  readonly query?: z.ZodRawShape
  readonly body?: z.ZodType
  /** What one JSON answer is; undefined for any object. */
  readonly answer?: z.ZodType
  /** Default `application/json` alone. */
  readonly contentTypes?: readonly string[]
  /** What 503 comes with; undefined for an error like any other. */
  readonly unready?: z.ZodType
  /** Status codes of refusals beside 400. */
  readonly refusals?: readonly number[]
}

const page = (name: string, row: z.ZodType) =>
  z.object({ [name]: z.array(row), next_cursor: z.string().nullable().optional() })

const readiness = z.object({
  ready: z.boolean(),
  problems: z.array(z.string()),
  last_healthy_at: z.iso.datetime().nullable(),
})

const rowTypes = formats.map((format) => contentTypes[format])

/** Every route but the page's files. */
export function endpoints(kpiIds: readonly string[]): readonly Endpoint[] {
  return [
    {
      method: 'get',
      path: '/api/dashboard',
      summary: 'Summary, trends, models and alerts of a window, and what is open now.',
      query: queries.dashboard,
    },
    {
      method: 'get',
      path: '/api/charts',
      summary: 'Lines, alerts and gaps of every KPI, for charts.',
      query: queries.charts,
    },
    {
      method: 'get',
      path: '/api/series',
      summary: 'One KPI of each series, in equal steps.',
      query: queries.series(kpiIds),
    },
    {
      method: 'get',
      path: '/api/snapshots',
      summary: 'Stored snapshots, newest first.',
      query: queries.rows(kpiIds),
      answer: page('snapshots', snapshotSchema),
      contentTypes: rowTypes,
    },
    {
      method: 'get',
      path: '/api/measurements',
      summary: 'Single measurements that were kept (a sample, and every breach), newest first.',
      query: queries.measurements(kpiIds),
      answer: page('measurements', measurementSchema),
      contentTypes: rowTypes,
      refusals: [404],
    },
    { method: 'get', path: '/api/gaps', summary: 'Instants that nothing is known of.', query: queries.gaps },
    {
      method: 'get',
      path: '/api/episodes',
      summary: 'Alert episodes, newest first.',
      query: queries.episodes(kpiIds),
    },
    {
      method: 'get',
      path: '/api/episodes/{id}',
      summary: 'Transitions and acknowledgements of an episode, and what changed before it.',
      refusals: [404],
    },
    {
      method: 'post',
      path: '/api/episodes/{id}/acknowledge',
      summary: 'Tells others who is at it. Silences nothing.',
      body: acknowledgeBody,
      refusals: [404, 413, 415],
    },
    {
      method: 'get',
      path: '/api/analysis/models',
      summary:
        'Models side by side from snapshots; and from kept measurements (a sample, and every breach) with operations, evaluators and structures apart.',
      query: queries.analysis(kpiIds),
    },
    {
      method: 'get',
      path: '/api/analysis/weeks',
      summary: 'A window beside the same window a week earlier; hours=168 for week against week.',
      query: queries.analysis(kpiIds),
    },
    {
      method: 'get',
      path: '/api/analysis/changes',
      summary: 'When KPIs changed for good: change points of hourly means, in windows of 16 hours and more.',
      query: queries.analysis(kpiIds),
    },
    { method: 'get', path: '/api/config', summary: 'The configuration in force.' },
    {
      method: 'put',
      path: '/api/config',
      summary: 'Puts a changed configuration in force, or refuses it and changes nothing.',
      body: changeSchema,
      refusals: [403, 409, 413, 415, 422, 502],
    },
    {
      method: 'get',
      path: '/api/config/changes',
      summary: 'What was changed, when and by whom, newest first.',
      query: queries.configChanges,
    },
    {
      method: 'get',
      path: '/api/deployments',
      summary: 'Which version of which service came when, newest first.',
      query: queries.deployments,
      answer: z.object({ deployments: z.array(deploymentSchema) }),
    },
    {
      method: 'post',
      path: '/api/deployments',
      summary: 'Tells of a deployment. One that is known already, told or observed, stays one.',
      body: deploymentBody,
      answer: z.object({ deployment: deploymentSchema, is_new: z.boolean() }),
      refusals: [403, 413, 415],
    },
    {
      method: 'get',
      path: '/api/instrumentation-config',
      summary: 'What running SDKs follow; 304 while it is what If-None-Match names.',
    },
    {
      method: 'get',
      path: '/api/events',
      summary: 'A line whenever something was stored, or the configuration changed.',
      contentTypes: ['text/event-stream'],
    },
    {
      method: 'post',
      path: '/api/webhook/alertmanager',
      summary: 'Notifications of Alertmanager, answered after they are stored.',
      body: notificationSchema,
      refusals: [413, 415],
    },
    {
      method: 'post',
      path: '/v1/logs',
      summary: 'Measurements as OpenTelemetry log records: OTLP over HTTP in JSON, plain or packed by gzip.',
      body: logsSchema,
      refusals: [413, 415],
    },
    {
      method: 'get',
      path: '/runbooks/{page}',
      summary: 'What to do about an alert; of a KPI without a page of its own what its definition says.',
      contentTypes: ['text/html'],
      refusals: [404],
    },
    { method: 'get', path: '/api/openapi.json', summary: 'This document.' },
    { method: 'get', path: '/healthz', summary: 'Whether the process runs.' },
    {
      method: 'get',
      path: '/readyz',
      summary: 'Whether the recorder does its work, and what keeps it from it (503).',
      answer: readiness,
      unready: readiness,
    },
    {
      method: 'get',
      path: '/metrics',
      summary: 'What the recorder says about itself, for Prometheus.',
      contentTypes: ['text/plain'],
    },
  ]
}
