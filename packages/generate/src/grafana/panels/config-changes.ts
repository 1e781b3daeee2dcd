import { forField } from '../panel.js'
import { sqlQuery } from '../query.js'
import type { PanelSpec } from '../schema.js'
import { table } from '../table.js'

/** What was changed before an alert began: each setting of each change of the configuration. */
export function configChanges(): PanelSpec {
  return table({
    title: 'Configuration changes',
    description: 'Settings that were changed in the time range, by whom and how, the newest first.',
    width: 24,
    height: 8,
    unit: 'none',
    noValue: 'no change in this time range',
    targets: [
      sqlQuery(`
SELECT
  at,
  by,
  source,
  difference ->> 'path' AS setting,
  difference ->> 'before' AS before,
  difference ->> 'after' AS after,
  sha256
FROM config_changes
CROSS JOIN LATERAL jsonb_array_elements(differences) AS difference
WHERE previous_sha256 IS NOT NULL
  AND $__timeFilter(at)
ORDER BY at DESC, id DESC
LIMIT 200`),
    ],
    overrides: [forField('sha256', { 'custom.width': 120 })],
  })
}
