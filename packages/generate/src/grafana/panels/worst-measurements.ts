import type { Config, Kpi } from '@mnemoscope/kpi'
import { kpiPanelBase } from '../kpi-panel.js'
import type { PanelSpec } from '../schema.js'
import { selectedRows } from '../selection.js'
import { sqlQuery } from '../target.js'
import { forField } from './panel.js'
import { severityColumn, table } from './table.js'

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
    targets: [sqlQuery(worstSql(kpi))],
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

/**
 * The worst of each selected model, of which the worst of all: an index has the measurements of a KPI and model by value.
 * The models are found with one look into an index for each; a pattern on every measurement would take seconds.
 */
function worstSql({ id, direction, outcomes }: Kpi): string {
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
SELECT at, service, model, context_size, operation, ${measured}, severity, trace_id, metadata
FROM models CROSS JOIN LATERAL (
  SELECT at, service, context_size, operation, ${measured}, severity, trace_id, metadata
  FROM measurements
  WHERE kpi = '${id}'
    AND measurements.model = models.model
    AND value IS NOT NULL
    AND $__timeFilter(at)
    AND ${selectedRows({ model: 'models.model' }).replaceAll('\n', '\n  ')}
  ORDER BY ${worstFirst}
  LIMIT ${most}
) AS worst
ORDER BY ${worstFirst}
LIMIT ${most}`
}
