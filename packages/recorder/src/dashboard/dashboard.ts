import { type AlertEpisode, type Config, durationSeconds, type Severity } from '@mnemoscope/kpi'
import type pg from 'pg'
import { settlingMs } from '../snapshots/instant.js'
import { countAlerts, episodes } from './alerts.js'
import { kpiCurves, planTrend } from './curves.js'
import { type NoData, noDataOf } from './no-data.js'
import { livedScope, type Scope } from './scope.js'
import { type CurrentSnapshot, currentSnapshots, type RecentSnapshot, recentSnapshots } from './snapshots.js'
import { sourcesOf } from './sources.js'
import { summarise, type Totals } from './summary.js'
import { type Trend, trendOf } from './trend.js'

/** What the page and the report need to know of a KPI. */
export interface DashboardKpi {
  readonly id: string
  readonly title: string
  readonly description: string
  readonly unit: string
  readonly direction: string
  readonly thresholds: Readonly<Record<string, number>>
}

/** Trend of a KPI over all series, with the values it was computed from. */
export interface DashboardTrend extends Trend {
  /** Unix times in seconds and values, ascending. */
  readonly points: readonly (readonly [number, number])[]
}

/**
 * Dashboard data: the keys of the specification's `get_dashboard_data()`, and additions. Times are Unix seconds;
 * unknown is null. `avg_`, `min_` and `max_` are there for every KPI.
 */
export interface DashboardData {
  readonly timestamp: number
  readonly window: { readonly from: number; readonly to: number }
  readonly summary: Readonly<Record<string, number | null>>
  /** `<kpi>_trend` (values, oldest first) and `<kpi>_direction` for every KPI, and details by KPI. */
  readonly trends: Readonly<Record<string, readonly number[] | Trend['direction']>>
  readonly trend_details: Readonly<Record<string, DashboardTrend>>
  readonly model_performance: Readonly<Record<string, Readonly<Record<string, number | null>>>>
  readonly alert_summary: {
    readonly total_alerts: number
    readonly alert_counts: Readonly<Record<Severity, number>>
    readonly has_critical: boolean
    readonly has_error: boolean
    readonly has_warning: boolean
  }
  readonly recent_alerts: readonly AlertEpisode[]
  readonly recent_snapshots: readonly RecentSnapshot[]
  readonly kpis: readonly DashboardKpi[]
  readonly current: readonly CurrentSnapshot[]
  readonly open_alerts: readonly AlertEpisode[]
  /** Newest instant that was stored, Unix seconds; null before the first. */
  readonly last_instant: number | null
  /** Why nothing is known of how things are at the end of the window; null where values tell it. */
  readonly no_data: NoData | null
}

/** Points of a trend: enough to see a shape, few enough to compare every pair. */
const trendPoints = 48
const mostOpenAlerts = 500

/** The part of the dashboard data that comes from snapshots: it changes only when one is stored. */
export type SnapshotData = Pick<
  DashboardData,
  'window' | 'summary' | 'trends' | 'trend_details' | 'model_performance' | 'recent_snapshots' | 'current'
>

/** What the snapshots of a scope say, aggregated in the database; no table is read into memory. */
export async function snapshotData(
  pool: pg.Pool,
  { kpis, snapshotInterval }: Pick<Config, 'kpis' | 'snapshotInterval'>,
  scope: Scope,
): Promise<SnapshotData> {
  const interval = durationSeconds(snapshotInterval)
  const kpiIds = Object.keys(kpis)
  const [sources, lived] = await Promise.all([sourcesOf(pool, scope), livedScope(pool, scope)])
  const plan = await planTrend(pool, lived, sources, { intervalSeconds: interval, mostPoints: trendPoints })
  const [summary, curves, recent, current] = await Promise.all([
    summarise(pool, scope, sources),
    kpiCurves(pool, lived, plan.sources, plan.stepSeconds),
    recentSnapshots(pool, scope, kpiIds, 20),
    currentSnapshots(pool, { ...scope, from: currentSince(scope, interval) }, kpis),
  ])
  const details = Object.fromEntries(
    Object.values(kpis).map(({ id, direction }) => {
      const points = curves.get(id) ?? []
      const trend = trendOf(points, direction)
      return [id, { ...trend, points: points.map(({ at, value }) => [at / 1_000, value] as const) }]
    }),
  )
  return {
    window: { from: scope.from.getTime() / 1_000, to: scope.to.getTime() / 1_000 },
    summary: { total_snapshots: summary.count, ...statistics(summary, kpiIds) },
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
        { count: totals.count, ...averages(totals, kpiIds) },
      ]),
    ),
    recent_snapshots: recent,
    current,
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
  const [data, counts, recentAlerts, open, lastInstant] = await Promise.all([
    snapshots,
    countAlerts(pool, scope),
    episodes(pool, scope, { state: 'any', most: 10 }),
    episodes(pool, { ...scope, from: new Date(0) }, { state: 'open', most: mostOpenAlerts }),
    newestInstant(pool),
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
    newestOfAll: newestInScope ?? (await newestReport(pool)),
    isPart: [scope.service, scope.model, scope.contextSize].some((part) => part !== undefined),
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
    kpis: Object.values(config.kpis).map(({ id, title, description, unit, direction, thresholds }) => ({
      id,
      title,
      description,
      unit,
      direction,
      thresholds,
    })),
    open_alerts: open,
    last_instant: lastInstant,
    no_data: noData,
  }
}

/** A series is current while one of its last three snapshots is there; one that stopped reporting is history. */
function currentSince({ to }: Scope, intervalSeconds: number): Date {
  return new Date(to.getTime() - 3_000 * intervalSeconds - 60_000)
}

function statistics(totals: Totals, kpiIds: readonly string[]): Record<string, number | null> {
  return Object.fromEntries(
    (['avg', 'min', 'max'] as const).flatMap((statistic) =>
      kpiIds.map((id) => [`${statistic}_${id}`, totals.kpis[id]?.[statistic] ?? null]),
    ),
  )
}

function averages(totals: Totals, kpiIds: readonly string[]): Record<string, number | null> {
  return Object.fromEntries(kpiIds.map((id) => [`avg_${id}`, totals.kpis[id]?.avg ?? null]))
}

async function newestInstant(pool: pg.Pool): Promise<number | null> {
  const { rows } = await pool.query<{ at: number | null }>(
    'SELECT extract(epoch FROM max(at))::float8 AS at FROM snapshot_instants WHERE gap IS NULL',
  )
  return rows[0]?.at ?? null
}

/** Newest snapshot that holds a series, Unix seconds. */
async function newestReport(pool: pg.Pool): Promise<number | null> {
  const { rows } = await pool.query<{ at: number | null }>(
    'SELECT extract(epoch FROM max(at))::float8 AS at FROM snapshot_instants WHERE rows > 0',
  )
  return rows[0]?.at ?? null
}
