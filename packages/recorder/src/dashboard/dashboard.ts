import {
  type Config,
  durationSeconds,
  inUnit,
  severities,
  thresholdSeverities,
  trendText,
  valueText,
} from '@mnemoscope/kpi'
import type pg from 'pg'
import { z } from 'zod'
import { atOneInstant } from '../database/pool.js'
import type { Scope } from '../database/scope.js'
import { countAlerts, episodeAnswer, episodes } from '../episodes/find.js'
import { operationAnswer } from '../http/place.js'
import type { DataOf } from '../http/route.js'
import { settlingMs } from '../snapshots/timing.js'
import { kpiCurves, planTrend } from './curves.js'
import { averages, averagesInWords, quantiles, samples, statistics, statisticsInWords } from './figures.js'
import { noDataAnswer, noDataOf } from './no-data.js'
import { currentSnapshot, currentSnapshots, recentSnapshot, recentSnapshots } from './snapshots.js'
import { livedScope, sourcesOf } from './sources.js'
import { summarise } from './summary.js'
import { trendAnswer, trendDirection, trendOf } from './trend.js'

/** What the page and the report need to know of a KPI. */
const dashboardKpi = z.strictObject({
  id: z.string(),
  title: z.string(),
  description: z.string(),
  unit: z.string(),
  direction: z.enum(['higher_is_better', 'lower_is_better']),
  thresholds: z.partialRecord(z.enum(thresholdSeverities), z.number()),
  value_of: z
    .string()
    .describe(
      'What its value is of the operations of a snapshot: `mean`, `p95`, `ratio`; `reading` of a gauge.',
    ),
  is_reading: z
    .boolean()
    .describe('Of a gauge: it is read from a process, which models may share, and is not of operations.'),
})
export type DashboardKpi = DataOf<typeof dashboardKpi>

/** Trend of a KPI over all series, with the values it was computed from. */
const dashboardTrend = trendAnswer.extend({
  points: z
    .array(z.tuple([z.number(), z.number()]))
    .describe(
      'Unix seconds, ascending, and the mean of the values that the snapshots of all series had then, such as ' +
        'the p95 of latency.',
    ),
})
export type DashboardTrend = DataOf<typeof dashboardTrend>

/** Numbers by names that are made from the ids of KPIs. */
const figures = (name: RegExp) => z.record(z.string().regex(name), z.number().nullable())

/** What these numbers are of, in words. */
const inWords = (name: RegExp) => z.record(z.string().regex(name), z.string())

/**
 * Dashboard data: the keys of the specification's `get_dashboard_data()`, and additions. Unknown is null.
 */
export const dashboardAnswer = z.strictObject({
  timestamp: z.number().describe('Unix seconds.'),
  window: z.strictObject({ from: z.number(), to: z.number() }).describe('Unix seconds.'),
  summary: figures(/^(?:total_snapshots|(?:avg|min|max|quantile)_.+)$/).describe(
    '`total_snapshots`, and for every KPI `avg_<kpi>`, over operations, and `min_<kpi>` and `max_<kpi>`, of the ' +
      "snapshots' values.",
  ),
  summary_of: inWords(/^(?:avg|min|max|quantile)_.+$/).describe(
    'What each known number of `summary` is of: `mean of 4,131 operations`, `lowest snapshot p95`.',
  ),
  trends: z
    .record(z.string().regex(/_(?:trend|direction)$/), z.union([z.array(z.number()), trendDirection]))
    .describe(
      '`<kpi>_trend` (the values of `points` in `trend_details`, oldest first) and `<kpi>_direction` for every KPI.',
    ),
  trend_details: z.record(z.string(), dashboardTrend).describe('By KPI.'),
  model_performance: z
    .record(z.string(), figures(/^(?:count|(?:avg|quantile)_.+)$/))
    .describe(
      'By model, all its operations together: `count` of snapshots, and `avg_<kpi>`, over operations, for every KPI. ' +
        '`quantile_<kpi>` as in `summary`.',
    ),
  model_performance_of: z
    .record(z.string(), inWords(/^(?:avg|quantile)_.+$/))
    .describe('What each known number of `model_performance` is of, in words.'),
  operation_performance: z
    .array(
      z.strictObject({
        model: z.string(),
        operation: operationAnswer,
        figures: figures(/^(?:count|(?:avg|quantile|samples)_.+)$/).describe(
          'As by model, and `samples_<kpi>`: how many operations (of a gauge: readings) an average is over.',
        ),
        figures_of: inWords(/^(?:avg|quantile)_.+$/).describe(
          'What each known average and quantile is of, in words.',
        ),
      }),
    )
    .describe('The same by model and operation.'),
  alert_summary: z.strictObject({
    total_alerts: z.number().describe('Alerts that fired at any moment of the window.'),
    alert_counts: z.record(z.enum(severities), z.number()).describe('The same by level.'),
    has_critical: z.boolean(),
    has_error: z.boolean(),
    has_warning: z.boolean(),
  }),
  recent_alerts: z.array(episodeAnswer),
  recent_snapshots: z.array(recentSnapshot),
  kpis: z.array(dashboardKpi),
  current: z.array(currentSnapshot).describe('The newest snapshot of each series.'),
  open_alerts: z
    .array(episodeAnswer)
    .describe('What is open now, also what began before the window or after it.'),
  last_instant: z
    .number()
    .nullable()
    .describe('Newest instant that was stored, Unix seconds; null before the first.'),
  no_data: noDataAnswer.nullable().describe('Why the values at the end of the window are unknown.'),
})
export type DashboardData = DataOf<typeof dashboardAnswer>

/** Points of a trend: enough to see a shape, few enough to compare every pair. */
const trendPoints = 48
const mostOpenAlerts = 500

/** The part of the dashboard data that comes from snapshots: it changes only when one is stored. */
export type SnapshotData = Pick<
  DashboardData,
  | 'window'
  | 'summary'
  | 'summary_of'
  | 'trends'
  | 'trend_details'
  | 'model_performance'
  | 'model_performance_of'
  | 'operation_performance'
  | 'recent_snapshots'
  | 'current'
  | 'last_instant'
> & {
  /** Newest snapshot that holds any series, Unix seconds. */
  readonly newestReport: number | null
}

/** What the snapshots of a scope say, aggregated in the database; no table is read into memory. */
export async function snapshotData(
  pool: pg.Pool,
  { kpis, snapshotInterval }: Pick<Config, 'kpis' | 'snapshotInterval'>,
  scope: Scope,
): Promise<SnapshotData> {
  const interval = durationSeconds(snapshotInterval)
  const kpiIds = Object.keys(kpis)
  const [sources, lived] = await Promise.all([sourcesOf(pool, scope), livedScope(pool, scope)])
  const plan = await planTrend(pool, lived, { intervalSeconds: interval, mostPoints: trendPoints })
  const [summary, curves, recent, current, newest] = await Promise.all([
    summarise(pool, scope, sources, kpis),
    kpiCurves(pool, lived, plan.sources, plan.stepSeconds),
    recentSnapshots(pool, scope, kpiIds, 20),
    currentSnapshots(pool, { ...scope, from: currentSince(scope, interval) }, { kpis, snapshotInterval }),
    newestOf(pool),
  ])
  const details = Object.fromEntries(
    Object.values(kpis).map(({ id, direction, unit }) => {
      const points = curves.get(id) ?? []
      const trend = trendOf(points, direction)
      return [
        id,
        {
          ...trend,
          change: trendText(trend, (value) => inUnit(value, unit)),
          points: points.map(({ at, value }) => [at / 1_000, value] as const),
        },
      ]
    }),
  )
  return {
    window: { from: scope.from.getTime() / 1_000, to: scope.to.getTime() / 1_000 },
    summary: { total_snapshots: summary.count, ...statistics(summary, kpis) },
    summary_of: statisticsInWords(summary, kpis),
    trends: Object.fromEntries(
      Object.entries(details).flatMap(([id, { direction, points }]) => [
        [`${id}_trend`, points.map(([, value]) => value)],
        [`${id}_direction`, direction],
      ]),
    ),
    trend_details: details,
    model_performance: Object.fromEntries(
      Object.entries(summary.models).map(([model, totals]) => [
        model,
        { count: totals.count, ...averages(totals, kpiIds), ...quantiles(totals, kpis) },
      ]),
    ),
    model_performance_of: Object.fromEntries(
      Object.entries(summary.models).map(([model, totals]) => [model, averagesInWords(totals, kpis)]),
    ),
    operation_performance: summary.operations.map(({ model, operation, ...totals }) => ({
      model,
      operation,
      figures: {
        count: totals.count,
        ...averages(totals, kpiIds),
        ...quantiles(totals, kpis),
        ...samples(totals, kpiIds),
      },
      figures_of: averagesInWords(totals, kpis),
    })),
    recent_snapshots: recent,
    current,
    ...newest,
  }
}

/**
 * Everything about a scope that a dashboard shows.
 * @param snapshots what its snapshots say, where that is known already
 */
export async function dashboardData(
  pool: pg.Pool,
  config: Config,
  scope: Scope,
  snapshots: Promise<SnapshotData> = snapshotData(pool, config, scope),
): Promise<DashboardData> {
  const [{ newestReport, ...data }, { counts, recentAlerts, open }] = await Promise.all([
    snapshots,
    atOneInstant(pool, async (client) => ({
      counts: await countAlerts(client, scope),
      recentAlerts: await episodes(client, scope, { state: 'any', most: 10 }),
      open: await episodes(client, sinceEver(scope), { state: 'open', most: mostOpenAlerts }),
    })),
  ])
  const now = Date.now() / 1_000
  const newestInScope = data.recent_snapshots[0]?.timestamp ?? null
  const noData = noDataOf({
    now,
    to: scope.to.getTime() / 1_000,
    mostAge:
      3 * durationSeconds(config.snapshotInterval) +
      settlingMs(durationSeconds(config.scrapeInterval)) / 1_000,
    current: data.current,
    newestInScope,
    newestOfAll: newestInScope ?? newestReport,
    isPart: [scope.service, scope.model, scope.contextSize, scope.operation].some(
      (part) => part !== undefined,
    ),
  })
  return {
    timestamp: now,
    ...data,
    alert_summary: {
      total_alerts: counts.total,
      alert_counts: counts.counts,
      has_critical: counts.counts.critical > 0,
      has_error: counts.counts.error > 0,
      has_warning: counts.counts.warning > 0,
    },
    recent_alerts: recentAlerts,
    kpis: Object.values(config.kpis).map((kpi) => {
      const { id, title, description, unit, direction, thresholds, instrument } = kpi
      const isReading = instrument === 'gauge'
      const is = { value_of: valueText(kpi), is_reading: isReading }
      return { id, title, description, unit, direction, thresholds, ...is }
    }),
    open_alerts: open,
    no_data: noData,
  }
}

/** What is open now may have begun before the window or after it. */
function sinceEver(scope: Scope): Scope {
  return { ...scope, from: new Date(0), to: new Date(Math.max(scope.to.getTime(), Date.now())) }
}

/** A series is current while one of its last three snapshots is there; one that stopped reporting is history. */
function currentSince({ to }: Scope, intervalSeconds: number): Date {
  return new Date(to.getTime() - 3_000 * intervalSeconds - 60_000)
}

async function newestOf(pool: pg.Pool): Promise<Pick<SnapshotData, 'last_instant' | 'newestReport'>> {
  const newest = (where: string) =>
    `(SELECT extract(epoch FROM max(at))::float8 FROM snapshot_instants WHERE ${where})`
  const { rows } = await pool.query<{ instant: number | null; report: number | null }>(
    `SELECT ${newest('gap IS NULL')} AS instant, ${newest('rows > 0')} AS report`,
  )
  return { last_instant: rows[0]?.instant ?? null, newestReport: rows[0]?.report ?? null }
}
