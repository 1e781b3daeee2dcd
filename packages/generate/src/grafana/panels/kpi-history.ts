import type { Config, Kpi } from '@mnemoscope/kpi'
import { inTimeRangeSql } from '../episode-sql.js'
import { kpiPanelBase } from '../kpi-panel.js'
import type { PanelSpec } from '../schema.js'
import { selectedRows } from '../selection.js'
import { sqlQuery } from '../target.js'
import { episodeOverrides } from './active-alerts.js'
import { forField } from './panel.js'
import { severityColumn, table } from './table.js'

/** The single operations at which a KPI was worst, with what the service had to say about them. */
export function worstMeasurements(config: Config, kpi: Kpi): PanelSpec {
  const { unit, thresholds, mappings, links } = kpiPanelBase(config, kpi)
  const worstFirst = kpi.direction === 'higher_is_better' ? 'ASC' : 'DESC'
  const measured = kpi.outcomes === undefined ? ['value'] : ['outcome', 'value']
  return table({
    title: `Worst measurements of ${kpi.title}`,
    description:
      'The 50 worst of the single measurements that were kept: those beyond a threshold, and a sample of the others.',
    width: 24,
    height: 10,
    unit: 'none',
    noValue: 'no single measurement was kept in this time range',
    links,
    targets: [
      sqlQuery(`
SELECT at, service, model, context_size, operation, ${measured.join(', ')}, severity, trace_id, metadata
FROM measurements
WHERE kpi = '${kpi.id}'
  AND value IS NOT NULL
  AND $__timeFilter(at)
  AND ${selectedRows({})}
ORDER BY value ${worstFirst}, at DESC
LIMIT 50`),
    ],
    overrides: [
      severityColumn,
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

/** The instants at which a KPI was worst, from the history. Places are chosen first: patterns cost too much for each row. */
export function worstSnapshots(config: Config, kpi: Kpi): PanelSpec {
  const { unit, noValue, thresholds, mappings, links } = kpiPanelBase(config, kpi)
  const worstFirst = kpi.direction === 'higher_is_better' ? 'ASC' : 'DESC'
  const measured = kpi.instrument === 'histogram' ? ['p50', 'p95', 'p99'] : []
  return table({
    title: `Worst snapshots of ${kpi.title}`,
    description:
      'The 50 worst snapshots of the time range: when, where, and how many measurements stand behind them.',
    width: 12,
    height: 10,
    unit: 'none',
    noValue,
    links,
    targets: [
      sqlQuery(`
WITH places AS MATERIALIZED (
  SELECT id, service, model, context_size FROM series WHERE ${selectedRows({})}
)
SELECT ${['at', 'service', 'model', 'context_size', 'value', ...measured, 'samples'].join(', ')}
FROM snapshots JOIN places ON places.id = snapshots.series_id
WHERE kpi = '${kpi.id}'
  AND value IS NOT NULL
  AND $__timeFilter(at)
ORDER BY value ${worstFirst}, at DESC
LIMIT 50`),
    ],
    overrides: [
      forField('value', {
        unit,
        thresholds,
        mappings,
        color: { mode: 'thresholds' },
        'custom.cellOptions': { type: 'color-text' },
      }),
      ...measured.map((column) => forField(column, { unit })),
    ],
  })
}

/** Alert episodes of a KPI that touch the time range, the newest first. */
export function kpiEpisodes(kpi: Kpi): PanelSpec {
  return table({
    title: `Alerts of ${kpi.title}`,
    description:
      'Alert episodes that touch the time range, with the value they began with and the worst one.',
    width: 12,
    height: 10,
    unit: 'none',
    noValue: 'no alert in this time range',
    targets: [
      sqlQuery(`
SELECT
  starts_at AS since,
  ends_at AS until,
  severity,
  service,
  model,
  context_size,
  value,
  peak_value,
  threshold,
  annotations ->> 'runbook_url' AS runbook
FROM alert_episodes
WHERE kpi = '${kpi.id}'
  AND ${inTimeRangeSql}
  AND ${selectedRows({})}
ORDER BY starts_at DESC
LIMIT 200`),
    ],
    overrides: episodeOverrides,
  })
}
