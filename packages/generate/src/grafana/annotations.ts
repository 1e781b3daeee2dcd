import { postgres, reference } from './data-source.js'
import { inTimeRangeSql } from './episode-sql.js'
import { levelColor } from './levels.js'
import type { Annotation } from './schema.js'
import { selectedRows } from './selection.js'
import { sqlQuery } from './target.js'

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
  concat_ws(',', severity, kpi, model) AS tags
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

/** Changes of the configuration in force: who changed which settings. */
export function configAnnotation(): Annotation {
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

/** Who changed which settings, in words. */
export const changedSql =
  "by || ' changed ' || coalesce((SELECT string_agg(difference ->> 'path', ', ') FROM jsonb_array_elements(differences) AS difference), 'nothing')"
