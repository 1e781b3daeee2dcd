import { inTimeRangeSql } from '../episode-sql.js'
import { dashboardUidSql } from '../links.js'
import type { PanelSpec } from '../schema.js'
import { selectedRows } from '../selection.js'
import { sqlQuery } from '../target.js'
import { episodeOverrides } from './active-alerts.js'
import { forField } from './panel.js'
import { table } from './table.js'

/** Every episode that touches the time range, the newest first. */
export function alertEpisodes(): PanelSpec {
  return table({
    title: 'Episodes',
    description:
      'Each time an alert fired, whatever became of its notifications. Values are in the unit of the KPI; an episode without an end still fires.',
    width: 24,
    height: 14,
    unit: 'none',
    noValue: 'no alert in this time range',
    targets: [
      sqlQuery(`
SELECT
  starts_at AS since,
  ends_at AS until,
  extract(epoch FROM coalesce(ends_at, now()) - starts_at) AS lasted,
  severity,
  coalesce(kpi, alertname) AS kpi,
  service,
  model,
  context_size,
  value,
  peak_value,
  threshold,
  closed_how,
  summary,
  annotations ->> 'runbook_url' AS runbook,
  ${dashboardUidSql('alert_episodes.kpi')} AS dashboard
FROM alert_episodes
WHERE ${inTimeRangeSql}
  AND ${selectedRows({})}
ORDER BY starts_at DESC, id DESC
LIMIT 500`),
    ],
    overrides: [...episodeOverrides, forField('lasted', { unit: 's' })],
  })
}
