import type { Kpi } from '@mnemoscope/kpi'
import { inTimeRangeSql } from '../episode-sql.js'
import type { PanelSpec } from '../schema.js'
import { selectedRows } from '../selection.js'
import { sqlQuery } from '../target.js'
import { episodeOverrides } from './active-alerts.js'
import { table } from './table.js'

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
