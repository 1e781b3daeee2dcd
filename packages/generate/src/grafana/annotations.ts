import { levelColor } from './levels.js'
import { postgres, reference } from './provisioning.js'
import { inTimeRangeSql, sqlQuery } from './query.js'
import type { Annotation } from './schema.js'
import { rowsOfSelectedServices, selectedRows } from './variables.js'

/**
 * Alert episodes at the selected places, as regions from their start to their end.
 * @param condition further SQL condition on `alert_episodes`
 */
export function alertAnnotation(condition = 'true'): Annotation {
  return {
    name: 'Alerts',
    datasource: reference(postgres),
    enable: true,
    hide: false,
    iconColor: levelColor.critical,
    target: {
      ...sqlQuery(`
SELECT
  starts_at AS "time",
  coalesce(ends_at, now()) AS timeend,
  summary AS text,
  concat_ws(',', severity, kpi, model, nullif(operation, '')) AS tags
FROM alert_episodes
WHERE ${inTimeRangeSql}
  AND ${condition}
  AND ${selectedRows({})}
ORDER BY starts_at DESC
LIMIT 500`),
      refId: 'Alerts',
    },
  }
}

/**
 * Incidents with an alert at the selected places, as regions from their first start to their last end. Those of INFO alerts
 * alone are left out.
 * @param condition further SQL condition on `alert_episodes`
 */
export function incidentAnnotation(condition = 'true'): Annotation {
  return {
    name: 'Incidents',
    datasource: reference(postgres),
    enable: true,
    hide: false,
    iconColor: levelColor.error,
    target: {
      ...sqlQuery(`
SELECT
  starts_at AS "time",
  coalesce(ends_at, now()) AS timeend,
  concat('Incident ', id, ': ', title, ' (', state, ')') AS text,
  concat_ws(',', 'incident', severity, state) AS tags
FROM incidents
WHERE severity IS DISTINCT FROM 'info'
  AND id IN (
    SELECT incident_id FROM incident_episodes JOIN alert_episodes ON alert_episodes.id = episode_id
    WHERE ${inTimeRangeSql}
      AND ${condition}
      AND ${selectedRows({})}
  )
ORDER BY starts_at DESC
LIMIT 200`),
      refId: 'Incidents',
    },
  }
}

/** What people changed: the configuration, and versions of the selected services. */
export function changeAnnotations(): Annotation[] {
  return [configAnnotation(), deploymentAnnotation()]
}

/** Changes of the configuration: who changed which settings. */
function configAnnotation(): Annotation {
  return {
    name: 'Configuration changes',
    datasource: reference(postgres),
    enable: true,
    hide: false,
    iconColor: 'purple',
    target: {
      ...sqlQuery(`
SELECT
  at AS "time",
  ${changedSql} AS text,
  concat_ws(',', 'configuration', source) AS tags
FROM config_changes
WHERE previous_sha256 IS NOT NULL
  AND $__timeFilter(at)
ORDER BY at DESC
LIMIT 200`),
      refId: 'Configuration',
    },
  }
}

/** New versions of a service. The first sight of a service is no deployment. */
function deploymentAnnotation(): Annotation {
  return {
    name: 'Deployments',
    datasource: reference(postgres),
    enable: true,
    hide: false,
    iconColor: 'blue',
    target: {
      ...sqlQuery(`
SELECT
  at AS "time",
  concat(service, ' ', previous_version || ' → ', version, ', by ' || by) AS text,
  concat_ws(',', 'deployment', source) AS tags
FROM deployments
WHERE (previous_version IS NOT NULL OR source = 'api')
  AND $__timeFilter(at)
  AND ${rowsOfSelectedServices()}
ORDER BY at DESC
LIMIT 200`),
      refId: 'Deployments',
    },
  }
}

/** Who changed which settings, in words. */
export const changedSql =
  "coalesce(nullif(array_to_string(summary, '; '), ''), 'First configuration') || ' (by ' || by || ')'"
