import { postgres, prometheus, reference } from './provisioning.js'
import { selectedRows } from './variables.js'

/** A query of a panel. Not in Grafana's schema, which leaves targets to the data sources. */
export interface Target {
  readonly refId: string
  readonly datasource: { readonly type: string; readonly uid: string }
  readonly [key: string]: unknown
}

export interface PromqlOptions {
  /** Default `A`. Names the value column of a table: `Value #A`. */
  readonly refId?: string
  /** Name of each series: `{{model}}`. */
  readonly legend?: string
  /** Default `time_series`. */
  readonly format?: 'time_series' | 'table' | 'heatmap'
  /** Least step of a range query, in Prometheus' notation: below it nothing new was stored. */
  readonly step?: string
}

/** A PromQL query at every step of the dashboard's time range. */
export function rangeQuery(expr: string, options: PromqlOptions = {}): Target {
  return { ...promql(expr, options), range: true, instant: false }
}

/** A PromQL query at the end of the dashboard's time range. */
export function instantQuery(expr: string, options: PromqlOptions = {}): Target {
  return { ...promql(expr, options), range: false, instant: true }
}

function promql(expr: string, { refId = 'A', legend, format, step }: PromqlOptions): Target {
  return {
    refId,
    datasource: reference(prometheus),
    editorMode: 'code',
    expr,
    format: format ?? 'time_series',
    ...(step === undefined ? {} : { interval: step }),
    ...(legend === undefined ? {} : { legendFormat: legend }),
  }
}

/**
 * An SQL query.
 * @param format `time_series` needs a column `time`, and makes a series of each value of the column `metric`
 */
export function sqlQuery(rawSql: string, format: 'table' | 'time_series' = 'table'): Target {
  return {
    refId: 'A',
    datasource: reference(postgres),
    editorMode: 'code',
    format,
    rawQuery: true,
    rawSql: rawSql.trim(),
  }
}

/** Parts of queries on `alert_episodes`. */

/** Condition for episodes that touch the time range; an open one lasts until now. */
export const inTimeRangeSql =
  'starts_at <= $__timeTo()::timestamptz\n  AND coalesce(ends_at, now()) >= $__timeFrom()::timestamptz'

/** Seconds of an episode that lie in the time range. */
export const firingSecondsSql =
  'extract(epoch FROM least(coalesce(ends_at, now()), $__timeTo()::timestamptz) - greatest(starts_at, $__timeFrom()::timestamptz))'

/** Seconds from an episode's start to its end. */
export const durationSql = 'extract(epoch FROM ends_at - starts_at)'

/** Condition for episodes that ended because the value recovered: not replaced, and not without their rule. */
export const recoveredSql = "closed_how IN ('resolved', 'reconciled')"

/** Rank of an episode's level; unknown ones are the mildest. */
export const severityRankSql =
  "coalesce(array_position(ARRAY['info', 'warning', 'error', 'critical'], severity), 0)"

/** Parts of queries on `snapshots`: named subqueries for `WITH`. */

/**
 * The time range as full hours that are rolled up (`hours`), and what these leave of it (`rest`, from `since` to before
 * `until`, the ends of the range included): hour by hour, because a join with all of them at once reads all of the table.
 */
export const wholeHoursSql = `looked AS (
  SELECT $__timeFrom()::timestamptz AS since, $__timeTo()::timestamptz AS until
), hours AS MATERIALIZED (
  SELECT hour FROM rolled_up_hours, looked WHERE hour >= since AND hour <= until - interval '1 hour'
), rest AS MATERIALIZED (
  SELECT greatest(start, since) AS since, least(start + interval '1 hour', until + interval '1 microsecond') AS until
  FROM looked, generate_series(date_bin('1 hour', since, 'epoch'), until, interval '1 hour') AS start
  WHERE start NOT IN (SELECT hour FROM hours)
)`

/** The selected places (`places`), chosen once: patterns cost too much for each row. */
export const placesSql = `places AS MATERIALIZED (
  SELECT id AS series_id, service, model, context_size, context_tokens, operation FROM series
  WHERE ${selectedRows({})}
)`
