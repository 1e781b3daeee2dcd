import { type AlertEpisode, alertKindOf, alertKinds, type Severity, severities } from '@mnemoscope/kpi'
import type pg from 'pg'
import { z } from 'zod'
import { type Scope, scopeParameters } from '../database/scope.js'
import { acknowledgementAnswer } from './acknowledge.js'
import { ratingAnswer } from './rate.js'

const labels = z.record(z.string(), z.string())

/** An alert episode in the specification's layout, with what came after it. The same as `AlertEpisode`. */
export const episodeAnswer = z.strictObject({
  id: z.number().int(),
  timestamp: z.number().describe('When it began, Unix seconds.'),
  level: z.string().nullable(),
  kind: z
    .enum(alertKinds)
    .describe(
      'What it is about. Values and threshold of `burn` are how many times as often a target is missed as it allows; ' +
        'those of `no_data`, `pipeline` and `other` are not values of a KPI.',
    ),
  message: z.string(),
  metric_type: z.string().nullable().describe('Id of the KPI; null for alerts of the pipeline about itself.'),
  current_value: z
    .number()
    .nullable()
    .describe('The value it began with; null where it was learned of later and Prometheus has not kept it.'),
  newest_value: z
    .number()
    .nullable()
    .describe('The newest value that it was judged by; null if only notifications have reported it.'),
  newest_at: z
    .number()
    .nullable()
    .describe('Newest evaluation at which Prometheus itself had it firing, Unix seconds.'),
  peak_value: z.number().nullable().describe('The worst value seen while it fired.'),
  threshold: z.number().nullable().describe('The threshold that was breached.'),
  service: z.string().nullable(),
  model: z.string().nullable(),
  context_size: z
    .string()
    .nullable()
    .describe('Class of context sizes: tokens, or +Inf. Null where it concerns none.'),
  operation: z
    .string()
    .nullable()
    .describe(
      'Kind of operation, such as `search`. Empty where the metric has none, null where it concerns none.',
    ),
  ends_at: z.number().nullable().describe('Unix seconds; null while it is open.'),
  closed_how: z.string().nullable(),
  is_worst: z
    .boolean()
    .describe(
      'False while a worse level of the same KPI, service, model, context size and operation fires as well.',
    ),
  acknowledgement: acknowledgementAnswer.nullable().describe('The newest one.'),
  rating: ratingAnswer.nullable().describe('The newest one; null where nobody has rated it.'),
  preceded_by: z
    .strictObject({
      kind: z.enum(['configuration', 'deployment']),
      at: z.number().describe('Unix seconds.'),
      by: z.string().nullable(),
      what: z.string().describe('What changed in the configuration, or the service and its version.'),
    })
    .nullable()
    .describe('What people changed last in the six hours before. It may be the cause, or not.'),
  metadata: z.strictObject({
    alertname: z.string(),
    fingerprint: z.string(),
    labels,
    annotations: labels,
  }),
})

/** Episodes by level; alerts of other origin may have other levels and count in the total only. */
export interface AlertCounts {
  readonly total: number
  readonly counts: Readonly<Record<Severity, number>>
}

export type EpisodeState = 'open' | 'closed' | 'any'

/** Episodes that fired at any moment of a scope, for `scopeParameters`; alerts without model concern every model. */
export const fired = `starts_at <= $2 AND (ends_at IS NULL OR ends_at >= $1)
  AND ($3::text IS NULL OR service = $3) AND ($4::text IS NULL OR model IS NULL OR model = $4)
  AND ($5::text IS NULL OR context_size IS NULL OR context_size = $5)
  AND ($6::text IS NULL OR operation IS NULL OR operation = $6)`

const level = `coalesce(array_position(ARRAY['${severities.join("','")}'], severity), 0)`

const columns = `id::float8 AS id, extract(epoch FROM starts_at)::float8 AS timestamp, severity AS level,
  summary AS message, kpi AS metric_type, value AS current_value, newest_value,
  extract(epoch FROM last_firing_at)::float8 AS newest_at, peak_value, threshold, service, model, context_size, operation,
  extract(epoch FROM ends_at)::float8 AS ends_at, closed_how,
  NOT EXISTS (
    SELECT FROM alert_episodes AS worse
    WHERE worse.ends_at IS NULL AND episode.ends_at IS NULL AND worse.kpi = episode.kpi
      AND worse.cluster = episode.cluster AND worse.service IS NOT DISTINCT FROM episode.service
      AND worse.model IS NOT DISTINCT FROM episode.model
      AND worse.context_size IS NOT DISTINCT FROM episode.context_size
      AND worse.operation IS NOT DISTINCT FROM episode.operation
      AND ${level.replace('severity', 'worse.severity')} > ${level.replace('severity', 'episode.severity')}
  ) AS is_worst,
  (SELECT json_build_object('by', by, 'comment', comment, 'at', extract(epoch FROM at))
   FROM alert_acknowledgements WHERE episode_id = episode.id ORDER BY id DESC LIMIT 1) AS acknowledgement,
  (SELECT CASE WHEN rating IS NOT NULL THEN json_build_object('rating', rating, 'by', by, 'comment', comment, 'at', extract(epoch FROM at)) END
   FROM alert_ratings WHERE episode_id = episode.id ORDER BY id DESC LIMIT 1) AS rating,
  (SELECT json_build_object('kind', kind, 'at', extract(epoch FROM at), 'by', by, 'what', what)
   FROM changes_before(episode.id) WHERE what IS NOT NULL LIMIT 1) AS preceded_by,
  json_build_object('alertname', alertname, 'fingerprint', fingerprint, 'labels', labels,
    'annotations', annotations) AS metadata`

export interface EpisodeFilter {
  readonly state: EpisodeState
  readonly most: number
  readonly kpi?: string | undefined
  readonly level?: Severity | undefined
  /** Name of the alerting rule. */
  readonly alertname?: string | undefined
  /** Only those after this one in the order of the answer: the next page. */
  readonly before?: string | undefined
}

/** Episodes of a scope, newest first. */
export async function episodes(
  database: pg.Pool | pg.ClientBase,
  scope: Scope,
  { state, most, kpi, level: severity, alertname, before }: EpisodeFilter,
): Promise<AlertEpisode[]> {
  const { rows } = await database.query<Omit<AlertEpisode, 'kind'>>(
    `SELECT ${columns} FROM alert_episodes AS episode
     WHERE ${fired} AND ($7 = 'any' OR (ends_at IS NULL) = ($7 = 'open'))
       AND ($10::text IS NULL OR kpi = $10) AND ($11::text IS NULL OR severity = $11)
       AND ($12::text IS NULL OR alertname = $12)
       AND ($9::bigint IS NULL OR (starts_at, id) < (SELECT starts_at, id FROM alert_episodes WHERE id = $9))
     ORDER BY starts_at DESC, id DESC LIMIT $8`,
    [
      ...scopeParameters(scope),
      state,
      most,
      before ?? null,
      kpi ?? null,
      severity ?? null,
      alertname ?? null,
    ],
  )
  return rows.map(withKind)
}

/** The episodes with these ids, in no particular order; unknown ids are left out. */
export async function episodesById(pool: pg.Pool, ids: readonly string[]): Promise<AlertEpisode[]> {
  const { rows } = await pool.query<Omit<AlertEpisode, 'kind'>>(
    `SELECT ${columns} FROM alert_episodes AS episode WHERE id = ANY($1::bigint[])`,
    [ids],
  )
  return rows.map(withKind)
}

function withKind(row: Omit<AlertEpisode, 'kind'>): AlertEpisode {
  return { ...row, kind: alertKindOf(row.metadata.alertname, row.metric_type) }
}

/** How many episodes of each level fired in a scope. */
export async function countAlerts(database: pg.Pool | pg.ClientBase, scope: Scope): Promise<AlertCounts> {
  const { rows } = await database.query<{ severity: string | null; count: number }>(
    `SELECT severity, count(*)::float8 AS count FROM alert_episodes WHERE ${fired} GROUP BY severity`,
    scopeParameters(scope),
  )
  const countOf = (severity: string) => rows.find((row) => row.severity === severity)?.count ?? 0
  return {
    total: rows.reduce((sum, { count }) => sum + count, 0),
    counts: {
      info: countOf('info'),
      warning: countOf('warning'),
      error: countOf('error'),
      critical: countOf('critical'),
    },
  }
}
