import type { Config, Kpi } from '@mnemoscope/kpi'
import { kpiPanelBase } from '../kpi-panel.js'
import { traceLink } from '../links.js'
import { forField } from '../panel.js'
import { placesSql, sqlQuery, wholeHoursSql } from '../query.js'
import type { PanelSpec } from '../schema.js'
import { severityColumn, table } from '../table.js'
import { rowsOfSelectedModels, selectedRows } from '../variables.js'

const most = 50

/** The single operations at which a KPI was worst, with what the service had to say about them. */
export function worstMeasurements(config: Config, kpi: Kpi): PanelSpec {
  const { unit, thresholds, mappings, links } = kpiPanelBase(config, kpi)
  return table({
    title: `Worst measurements of ${kpi.title}`,
    description: `The ${most} worst of the single measurements that were kept: those beyond a threshold, and a sample of the others.`,
    width: 24,
    height: 10,
    unit: 'none',
    noValue: 'no single measurement was kept in this time range',
    links,
    targets: [sqlQuery(worstMeasurementsSql(kpi))],
    overrides: [
      severityColumn,
      ...(config.endpoints.traces === undefined
        ? []
        : [forField('trace_id', { links: [traceLink(config.endpoints.traces)] })]),
      forField('value', {
        unit,
        thresholds,
        mappings,
        color: { mode: 'thresholds' },
        'custom.cellOptions': { type: 'color-text' },
      }),
    ],
  })
}

/**
 * The worst of each selected model, of which the worst of all: an index has the measurements of a KPI and model by value.
 * The models are found with one look into an index for each, and those that are not selected are left out there: a
 * pattern on every measurement would take seconds. Postgres takes each pattern for rare, and all of them together for so
 * rare that it would sort everything: it knows nothing of a CASE.
 */
function worstMeasurementsSql({ id, direction, outcomes }: Kpi): string {
  const measured = outcomes === undefined ? 'value' : 'outcome, value'
  const worstFirst = `value ${direction === 'higher_is_better' ? 'ASC' : 'DESC'}, at DESC`
  const next = (further: string) =>
    `SELECT model FROM measurements WHERE kpi = '${id}' AND $__timeFilter(at)${further} ORDER BY model LIMIT 1`
  return `
WITH RECURSIVE models AS (
  (${next('')})
  UNION ALL
  SELECT (${next(' AND model > models.model')}) FROM models WHERE model IS NOT NULL
)
SELECT at, service, model, context_size, operation, ${measured}, severity, trace_id, span_id, metadata
FROM (SELECT model FROM models WHERE ${rowsOfSelectedModels()}) AS models CROSS JOIN LATERAL (
  SELECT at, service, context_size, operation, ${measured}, severity, trace_id, span_id, metadata
  FROM measurements
  WHERE kpi = '${id}'
    AND measurements.model = models.model
    AND value IS NOT NULL
    AND $__timeFilter(at)
    AND CASE WHEN ${selectedRows({ model: 'models.model' }).replaceAll('\n', '\n  ')} THEN true ELSE false END
  ORDER BY ${worstFirst}
  LIMIT ${most}
) AS worst
ORDER BY ${worstFirst}
LIMIT ${most}`
}

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
    targets: [sqlQuery(worstSnapshotsSql(kpi, ['value', ...quantiles, 'samples']))],
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
function worstSnapshotsSql({ id, direction }: Kpi, columns: readonly string[]): string {
  const [extreme, order] = direction === 'higher_is_better' ? ['least', 'ASC'] : ['greatest', 'DESC']
  const ofSnapshot = columns.map((column) => `snapshots.${column}`).join(', ')
  return `
WITH ${wholeHoursSql}, ${placesSql}, of_kpi AS MATERIALIZED (
  SELECT hour, series_id, ${extreme} FROM snapshots_hourly, looked
  WHERE kpi = '${id}'
    AND ${extreme} IS NOT NULL
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
SELECT at, service, model, context_size, operation, ${columns.join(', ')}
FROM found JOIN places USING (series_id)
WHERE value IS NOT NULL
ORDER BY value ${order}, at DESC
LIMIT ${most}`
}
