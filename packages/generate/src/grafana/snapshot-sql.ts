import { selectedRows } from './selection.js'

/** Parts of queries on `snapshots`: named subqueries for `WITH`. */

/**
 * The time range as whole hours that are rolled up (`hours`), and what these leave of it (`rest`, from `since` to before
 * `until`, the ends of the range included): hour by hour, because a join with all of them at once reads the whole table.
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
  SELECT id AS series_id, service, model, context_size, context_tokens FROM series
  WHERE ${selectedRows({})}
)`
