import type { Kpi } from '@mnemoscope/kpi'
import { noMeasurement, unknownCell } from '../kpi-panel.js'
import { hasThresholds, kpiThresholds, unknownMapping } from '../levels.js'
import { dashboardUid, rowLink } from '../links.js'
import type { PanelSpec } from '../schema.js'
import { selectedRows } from '../selection.js'
import { sqlQuery } from '../target.js'
import { grafanaUnit } from '../unit.js'
import { forField } from './panel.js'
import { table } from './table.js'

/** The mean of each KPI's snapshots, one row for each service, model and context size. */
export function comparisonTable(kpis: readonly Kpi[]): PanelSpec {
  return table({
    title: 'Mean of the snapshots, by model and context size',
    description:
      'Mean of each KPI’s snapshots in the time range. Of a quantile such as the p95 of latency it is the mean of ' +
      'quantiles, good for comparing. Empty: never measured in the time range.',
    width: 24,
    height: 10,
    unit: 'none',
    noValue: noMeasurement,
    targets: [sqlQuery(meansSql(kpis))],
    overrides: kpis.map((kpi) =>
      forField(kpi.id, {
        displayName: kpi.title,
        unit: grafanaUnit(kpi.unit),
        thresholds: kpiThresholds(kpi),
        mappings: [unknownMapping(unknownCell)],
        color: { mode: 'thresholds' },
        'custom.cellOptions': hasThresholds(kpi) ? { type: 'color-text' } : { type: 'auto' },
        links: [
          rowLink(`${kpi.title} here`, dashboardUid.kpi(kpi.id), {
            service: 'service',
            model: 'model',
            contextSize: 'context_size',
          }),
        ],
      }),
    ),
  })
}

/**
 * Whole hours are read from their roll-ups, where these are up to date, and only the rest row by row: each hour by
 * itself, because a join with all of them at once reads the whole table.
 */
function meansSql(kpis: readonly Kpi[]): string {
  const means = kpis.map(
    ({ id }) =>
      `  sum(total) FILTER (WHERE kpi = '${id}') / nullif(sum(count) FILTER (WHERE kpi = '${id}'), 0) AS ${id},`,
  )
  return `
WITH looked AS (
  SELECT $__timeFrom()::timestamptz AS since, $__timeTo()::timestamptz AS until
), hours AS (
  SELECT hour FROM rolled_up_hours, looked WHERE hour >= since AND hour <= until - interval '1 hour'
), rest AS (
  SELECT greatest(start, since) AS since, least(start + interval '1 hour', until + interval '1 microsecond') AS until
  FROM looked, generate_series(date_bin('1 hour', since, 'epoch'), until, interval '1 hour') AS start
  WHERE start NOT IN (SELECT hour FROM hours)
), parts AS (
  SELECT series_id, kpi, sum(count) AS count, sum(total) AS total
  FROM hours JOIN snapshots_hourly USING (hour)
  GROUP BY series_id, kpi
  UNION ALL
  SELECT of_hour.* FROM rest CROSS JOIN LATERAL (
    SELECT series_id, kpi, count(value), sum(value) FROM snapshots WHERE at >= since AND at < until GROUP BY series_id, kpi
  ) AS of_hour
), instants AS (
  SELECT series_id, sum(snapshots) AS snapshots FROM hours JOIN series_hourly USING (hour) GROUP BY series_id
  UNION ALL
  SELECT of_hour.* FROM rest CROSS JOIN LATERAL (
    SELECT series_id, count(DISTINCT at) FROM snapshots WHERE at >= since AND at < until GROUP BY series_id
  ) AS of_hour
)
SELECT
  service,
  model,
  context_size,
${means.join('\n')}
  (SELECT sum(snapshots) FROM instants WHERE instants.series_id = series.id) AS snapshots
FROM parts JOIN series ON series.id = parts.series_id
WHERE ${selectedRows({})}
GROUP BY series.id
ORDER BY service, model, context_tokens NULLS LAST`
}
