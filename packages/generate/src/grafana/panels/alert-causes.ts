import { firingSecondsSql, inTimeRangeSql } from '../episode-sql.js'
import { dashboardUidSql } from '../links.js'
import type { PanelSpec } from '../schema.js'
import { selectedRows } from '../selection.js'
import { sqlQuery } from '../target.js'
import { episodeOverrides } from './active-alerts.js'
import { forField } from './panel.js'
import { table } from './table.js'

/** Which KPI of which model and context size fires most: where to begin mending. */
export function alertCauses(): PanelSpec {
  return table({
    title: 'What fires most',
    description:
      'KPIs, models and context sizes by the time that their alerts fired in the time range, all levels together.',
    width: 24,
    height: 9,
    unit: 'none',
    noValue: 'no alert in this time range',
    targets: [
      sqlQuery(`
SELECT
  coalesce(kpi, alertname) AS kpi,
  service,
  model,
  context_size,
  count(*) AS episodes,
  sum(${firingSecondsSql}) AS firing,
  max(starts_at) AS last_begun,
  ${dashboardUidSql('max(alert_episodes.kpi)')} AS dashboard
FROM alert_episodes
WHERE ${inTimeRangeSql}
  AND ${selectedRows({})}
GROUP BY coalesce(kpi, alertname), service, model, context_size
ORDER BY firing DESC
LIMIT 50`),
    ],
    overrides: [...episodeOverrides, forField('firing', { displayName: 'firing for', unit: 's' })],
  })
}
