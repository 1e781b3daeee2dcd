import type { Kpi } from '@mnemoscope/kpi'
import { dashboardUidSql, pageLink, rowLink } from '../links.js'
import { forField } from '../panel.js'
import { firingSecondsSql, inTimeRangeSql, severityRankSql, sqlQuery } from '../query.js'
import type { PanelSpec } from '../schema.js'
import { hiddenField, severityColumn, table } from '../table.js'
import { selectedRows } from '../variables.js'

/** Alerts that fire: at each place only the worst level of a KPI, the worst first. */
export function activeAlerts(size: { width: number; height: number }): PanelSpec {
  return table({
    ...size,
    title: 'Active alerts',
    description:
      'Open alert episodes from the history, the worst level of each KPI, model, context size and operation. ' +
      'Values are in the unit of the KPI. Click a KPI for its details, the runbook for what to do.',
    unit: 'none',
    noValue: 'nothing fires',
    targets: [
      sqlQuery(`
SELECT since, severity, kpi, service, model, context_size, operation, value, peak_value, threshold, summary, acknowledged_by, runbook, dashboard
FROM (
  SELECT DISTINCT ON (coalesce(kpi, alertname), service, model, context_size, operation)
    starts_at AS since,
    severity,
    ${severityRankSql} AS rank,
    coalesce(kpi, alertname) AS kpi,
    service,
    model,
    context_size,
    operation,
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
  ORDER BY coalesce(kpi, alertname), service, model, context_size, operation, rank DESC, starts_at
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
        { service: 'service', model: 'model', contextSize: 'context_size', operation: 'operation' },
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

/** Which KPI of which model, context size and operation fires most: where to start. */
export function alertCauses(): PanelSpec {
  return table({
    title: 'What fires most',
    description:
      'KPIs, models, context sizes and operations by the time that their alerts fired in the time range, all levels together.',
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
  operation,
  count(*) AS episodes,
  sum(${firingSecondsSql}) AS firing,
  max(starts_at) AS last_begun,
  ${dashboardUidSql('max(alert_episodes.kpi)')} AS dashboard
FROM alert_episodes
WHERE ${inTimeRangeSql}
  AND ${selectedRows({})}
GROUP BY coalesce(kpi, alertname), service, model, context_size, operation
ORDER BY firing DESC
LIMIT 50`),
    ],
    overrides: [...episodeOverrides, forField('firing', { displayName: 'firing for', unit: 's' })],
  })
}

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
  operation,
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
  operation,
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
