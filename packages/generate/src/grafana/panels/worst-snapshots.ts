import type { Config, Kpi } from '@mnemoscope/kpi'
import { kpiPanelBase } from '../kpi-panel.js'
import type { PanelSpec } from '../schema.js'
import { placesSql, wholeHoursSql } from '../snapshot-sql.js'
import { sqlQuery } from '../target.js'
import { forField } from './panel.js'
import { table } from './table.js'

const most = 50

/** The instants at which a KPI was worst, from the history. */
export function worstSnapshots(config: Config, kpi: Kpi): PanelSpec {
  const { unit, noValue, thresholds, mappings, links } = kpiPanelBase(config, kpi)
  const quantiles = kpi.instrument === 'histogram' ? ['p50', 'p95', 'p99'] : []
  return table({
    title: `Worst snapshots of ${kpi.title}`,
    description: `The ${most} worst snapshots of the time range: when, where, and how many measurements stand behind them.`,
    width: 12,
    height: 10,
    unit: 'none',
    noValue,
    links,
    targets: [sqlQuery(worstSql(kpi, ['value', ...quantiles, 'samples']))],
    overrides: [
      forField('value', {
        unit,
        thresholds,
        mappings,
        color: { mode: 'thresholds' },
        'custom.cellOptions': { type: 'color-text' },
      }),
      ...quantiles.map((column) => forField(column, { unit })),
    ],
  })
}

/**
 * The worst snapshots lie in the hours that have the worst extremes: each of these has one at least, so of the rolled-up
 * hours no more have to be read than snapshots are asked for. Ties go to the newest, as with the snapshots themselves.
 * Within such an hour its instants are looked up: the primary key begins with them.
 */
function worstSql({ id, direction }: Kpi, columns: readonly string[]): string {
  const [extreme, order] = direction === 'higher_is_better' ? ['least', 'ASC'] : ['greatest', 'DESC']
  const ofSnapshot = columns.map((column) => `snapshots.${column}`).join(', ')
  return `
WITH ${wholeHoursSql}, ${placesSql}, of_kpi AS MATERIALIZED (
  SELECT hour, series_id, ${extreme} FROM snapshots_hourly, looked
  WHERE kpi = '${id}'
    AND hour >= greatest(since, (SELECT date_bin('1 hour', min(at), 'epoch') FROM snapshot_instants))
    AND hour <= until
), worst_hours AS MATERIALIZED (
  SELECT hour, series_id
  FROM of_kpi JOIN hours USING (hour) JOIN places USING (series_id)
  ORDER BY ${extreme} ${order}, hour DESC
  FETCH FIRST ${most} ROWS WITH TIES
), found AS (
  SELECT snapshots.at, snapshots.series_id, ${ofSnapshot}
  FROM worst_hours CROSS JOIN LATERAL (
    SELECT * FROM snapshots
    WHERE at >= hour
      AND at < hour + interval '1 hour'
      AND at = ANY (ARRAY(SELECT at FROM snapshot_instants WHERE at >= hour AND at < hour + interval '1 hour'))
      AND snapshots.series_id = worst_hours.series_id
      AND kpi = '${id}'
    OFFSET 0
  ) AS snapshots
  UNION ALL
  SELECT at, series_id, ${ofSnapshot}
  FROM rest CROSS JOIN LATERAL (
    SELECT * FROM snapshots WHERE at >= since AND at < until AND kpi = '${id}'
  ) AS snapshots
)
SELECT at, service, model, context_size, ${columns.join(', ')}
FROM found JOIN places USING (series_id)
WHERE value IS NOT NULL
ORDER BY value ${order}, at DESC
LIMIT ${most}`
}
