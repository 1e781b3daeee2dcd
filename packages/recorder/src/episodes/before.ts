import type pg from 'pg'
import { z } from 'zod'
import { configChangeAnswer } from '../config/store.js'
import { deploymentAnswer, type StoredDeployment } from '../deployments/store.js'
import type { DataOf } from '../http/route.js'
import { gapAnswer, gaps } from '../snapshots/gaps.js'
import { episodeAnswer } from './find.js'

/** A KPI of one series around the start of an alert. */
const kpiAround = z.strictObject({
  kpi: z.string(),
  before: z.number().nullable().describe('Median of the snapshots of the hour before; null without any.'),
  low: z.number().nullable().describe('Nine in ten of them lay between this value and `high`.'),
  high: z.number().nullable(),
  since: z.number().nullable().describe("Median of the snapshots since, up to the alert's end."),
})
export type KpiAround = DataOf<typeof kpiAround>

/** What was seen before an alert began: the first things to look at. */
export const beforeAnswer = z.strictObject({
  moved: z
    .array(kpiAround)
    .describe(
      'KPIs of the same series that left the range of the hour before, those that moved furthest first.',
    ),
  alerts: z
    .array(episodeAnswer.pick({ id: true, timestamp: true, level: true, message: true, ends_at: true }))
    .describe('The first alert of every other KPI and series within half an hour before, newest first.'),
  gaps: z.array(gapAnswer).describe('Gaps of the hour before.'),
  config_changes: z
    .array(
      configChangeAnswer.pick({
        id: true,
        at: true,
        by: true,
        source: true,
        summary: true,
        differences: true,
      }),
    )
    .describe('Changes of the configuration within six hours before, newest first.'),
  deployments: z
    .array(deploymentAnswer)
    .describe("Deployments of the alert's service within six hours before, newest first."),
})
export type Before = DataOf<typeof beforeAnswer>

/** A smaller move than this share of the value before is no lead, however quiet the hour before was. */
const leastMove = 0.05
const mostAlerts = 10

/** KPIs that left what they were nine times in ten in the hour before, by how far, those without a past left out. */
export function movedKpis(around: readonly KpiAround[]): KpiAround[] {
  const moveOf = ({ before, since }: KpiAround) =>
    before === null || since === null
      ? 0
      : Math.abs(since - before) / Math.max(Math.abs(before), Math.abs(since), Number.MIN_VALUE)
  return around
    .filter(
      ({ low, high, since }) =>
        low !== null && high !== null && since !== null && (since < low || since > high),
    )
    .filter((each) => moveOf(each) >= leastMove)
    .toSorted((a, b) => moveOf(b) - moveOf(a))
}

/** What changed before an episode began. */
export async function changedBefore(
  pool: pg.Pool,
  episodeId: string,
  intervalSeconds: number,
): Promise<Before> {
  const [around, alerts, start, config_changes, deployments] = await Promise.all([
    kpisAround(pool, episodeId),
    alertsBefore(pool, episodeId),
    pool.query<{ at: Date }>('SELECT starts_at AS at FROM alert_episodes WHERE id = $1', [episodeId]),
    configChangesBefore(pool, episodeId),
    deploymentsBefore(pool, episodeId),
  ])
  const to = start.rows[0]?.at ?? new Date()
  const from = new Date(to.getTime() - 3_600_000)
  return {
    moved: movedKpis(around),
    alerts,
    config_changes,
    deployments,
    gaps: await gaps(pool, { from, to }, intervalSeconds, mostAlerts),
  }
}

// Bounds that are known before the snapshots are read keep every other day's partition out.
export async function kpisAround(pool: pg.Pool, episodeId: string): Promise<KpiAround[]> {
  const quantile = (q: number) =>
    `percentile_cont(${q}) WITHIN GROUP (ORDER BY snapshots.value) FILTER (WHERE at < starts_at)`
  const { rows } = await pool.query<KpiAround>(
    `SELECT snapshots.kpi, ${quantile(0.5)} AS before, ${quantile(0.05)} AS low, ${quantile(0.95)} AS high,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY snapshots.value) FILTER (WHERE at >= starts_at) AS since
     FROM snapshots JOIN alert_episodes AS episode ON episode.id = $1
     WHERE series_id = (
         SELECT series.id FROM series JOIN alert_episodes USING (service, model, context_size, operation)
         WHERE alert_episodes.id = $1
       )
       AND at >= (SELECT starts_at FROM alert_episodes WHERE id = $1) - interval '1 hour'
       AND at <= (
         SELECT least(coalesce(ends_at, now()), starts_at + interval '1 hour') FROM alert_episodes WHERE id = $1
       )
     GROUP BY 1`,
    [episodeId],
  )
  return rows
}

async function configChangesBefore(pool: pg.Pool, episodeId: string): Promise<Before['config_changes']> {
  const { rows } = await pool.query<Before['config_changes'][number]>(
    `SELECT id::float8 AS id, extract(epoch FROM at)::float8 AS at, by, source, summary, differences
     FROM config_changes_before($1) AS change ORDER BY change.at DESC, id DESC`,
    [episodeId],
  )
  return rows
}

async function deploymentsBefore(pool: pg.Pool, episodeId: string): Promise<StoredDeployment[]> {
  const { rows } = await pool.query<StoredDeployment>(
    `SELECT id::float8 AS id, extract(epoch FROM at)::float8 AS at, service, version, previous_version, source, by
     FROM deployments_before($1) AS deployment ORDER BY deployment.at DESC, id DESC`,
    [episodeId],
  )
  return rows
}

async function alertsBefore(pool: pg.Pool, episodeId: string): Promise<Before['alerts']> {
  const { rows } = await pool.query<Before['alerts'][number]>(
    `SELECT * FROM (
       SELECT DISTINCT ON (other.kpi, other.service, other.model, other.context_size, other.operation, CASE WHEN other.kpi IS NULL THEN other.alertname END)
         other.id::float8 AS id, extract(epoch FROM other.starts_at)::float8 AS timestamp, other.severity AS level,
         other.summary AS message, extract(epoch FROM other.ends_at)::float8 AS ends_at
       FROM alert_episodes AS episode JOIN alert_episodes AS other
         ON other.starts_at <= episode.starts_at AND other.starts_at >= episode.starts_at - interval '30 minutes'
         AND (other.kpi, other.service, other.model, other.context_size, other.operation)
           IS DISTINCT FROM (episode.kpi, episode.service, episode.model, episode.context_size, episode.operation)
       WHERE episode.id = $1
       ORDER BY other.kpi, other.service, other.model, other.context_size, other.operation, CASE WHEN other.kpi IS NULL THEN other.alertname END, other.starts_at
     ) AS first_of_each ORDER BY timestamp DESC, id DESC LIMIT ${mostAlerts}`,
    [episodeId],
  )
  return rows
}
