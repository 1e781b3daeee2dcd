import { inScope, type Scope, scopeParameters } from './scope.js'
import type { Sources } from './sources.js'

/**
 * Common table expressions for `addedParameters`: `scoped (series_id, model)`, the series of a scope, and
 * `added (at, series_id, kpi, count, total, least, greatest)`, their values, added up where roll-ups serve.
 *
 * Single snapshots are read LATERAL, span by span, behind OFFSET 0: joined to the spans, Postgres would rather read
 * every partition. A scope of all series is not looked up row by row, which would take a third of the time.
 */
export function withAdded({ service, model, contextSize }: Scope): string {
  const isWhole = service === undefined && model === undefined && contextSize === undefined
  const chosen = isWhole ? '' : 'JOIN scoped USING (series_id)'
  const ofKpi = '($10::text IS NULL OR kpi = $10)'
  return `WITH scoped AS (
    SELECT id AS series_id, model FROM series WHERE $1::timestamptz <= $2 AND ${inScope}
  ), added AS (
    SELECT hour AS at, series_id, kpi, count, total, least, greatest
    FROM snapshots_hourly ${chosen} WHERE hour = ANY($6::timestamptz[]) AND ${ofKpi}
    UNION ALL
    SELECT start, series_id, kpi, count, total, least, greatest
    FROM snapshots_5min ${chosen} WHERE start = ANY($7::timestamptz[]) AND ${ofKpi}
    UNION ALL
    SELECT single.* FROM unnest($8::timestamptz[], $9::timestamptz[]) AS span (since, until) CROSS JOIN LATERAL (
      SELECT at, series_id, kpi, 1, value, value, value
      FROM snapshots ${chosen} WHERE at >= since AND at < until AND value IS NOT NULL AND ${ofKpi} OFFSET 0
    ) AS single
  )`
}

/** Parameters `$1` to `$10` for `withAdded`. */
export function addedParameters(scope: Scope, sources: Sources, kpi?: string): unknown[] {
  return [
    ...scopeParameters(scope),
    sources.hours,
    sources.fiveMinutes,
    sources.from,
    sources.to,
    kpi ?? null,
  ]
}
