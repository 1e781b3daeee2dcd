import { severityRankSql } from '../episode-sql.js'
import { dashboardUidSql, pageLink, rowLink } from '../links.js'
import type { PanelSpec } from '../schema.js'
import { selectedRows } from '../selection.js'
import { sqlQuery } from '../target.js'
import { forField } from './panel.js'
import { hiddenField, severityColumn, table } from './table.js'

/** Alerts that fire: at each place only the worst level of a KPI, the worst first. */
export function activeAlerts(size: { width: number; height: number }): PanelSpec {
  return table({
    ...size,
    title: 'Active alerts',
    description:
      'Open alert episodes from the history, the worst level of each KPI, model and context size. ' +
      'Values are in the unit of the KPI. Click a KPI for its details, the runbook for what to do.',
    unit: 'none',
    noValue: 'nothing fires',
    targets: [
      sqlQuery(`
SELECT since, severity, kpi, service, model, context_size, value, peak_value, threshold, summary, acknowledged_by, runbook, dashboard
FROM (
  SELECT DISTINCT ON (coalesce(kpi, alertname), service, model, context_size)
    starts_at AS since,
    severity,
    ${severityRankSql} AS rank,
    coalesce(kpi, alertname) AS kpi,
    service,
    model,
    context_size,
    value,
    peak_value,
    threshold,
    summary,
    (SELECT by FROM alert_acknowledgements WHERE episode_id = alert_episodes.id ORDER BY id DESC LIMIT 1) AS acknowledged_by,
    annotations ->> 'runbook_url' AS runbook,
    ${dashboardUidSql('alert_episodes.kpi')} AS dashboard
  FROM alert_episodes
  WHERE ends_at IS NULL
    AND ${selectedRows({})}
  ORDER BY coalesce(kpi, alertname), service, model, context_size, rank DESC, starts_at
) AS worst
ORDER BY rank DESC, since`),
    ],
    overrides: episodeOverrides,
  })
}

/** How the columns of alert episodes look: `severity`, `kpi`, `runbook`, and the hidden `dashboard` that links go by. */
export const episodeOverrides = [
  severityColumn,
  forField('kpi', {
    links: [
      rowLink(
        'Details',
        { field: 'dashboard' },
        { service: 'service', model: 'model', contextSize: 'context_size' },
      ),
    ],
  }),
  forField('runbook', {
    links: [pageLink('Runbook', `\${__value.raw}`)],
    'custom.cellOptions': { type: 'data-links' },
    'custom.width': 100,
  }),
  forField('acknowledged_by', { displayName: 'acknowledged by' }),
  hiddenField('dashboard'),
]
