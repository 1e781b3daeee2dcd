import { names } from '@mnemoscope/kpi'
import { postgres, prometheus, reference } from './data-source.js'
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

/** For how long the first sight of a configuration is marked. */
const marked = '2m'

/** Changes of the configuration that the rules in force are from. */
export function configAnnotation(): Annotation {
  const expr = `${names.configInfo} unless ${names.configInfo} offset ${marked}`
  return {
    name: 'Configuration changes',
    datasource: reference(prometheus),
    enable: true,
    hide: false,
    iconColor: 'purple',
    expr,
    step: '30s',
    titleFormat: 'Configuration changed',
    textFormat: 'sha256 {{sha256}}',
    tagKeys: 'sha256',
    target: { refId: 'Configuration', datasource: reference(prometheus), expr, interval: '30s', range: true },
  }
}
