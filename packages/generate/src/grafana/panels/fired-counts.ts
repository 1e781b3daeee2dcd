import type { PanelSpec } from '../schema.js'
import { variable } from '../selection.js'
import { countsByLevel, firingAlerts } from './counts-by-level.js'

/** How many alerts of KPIs fired within the chosen window in Prometheus itself, by level; also those that ended since. */
export function firedCounts(size: { width: number; height: number }): PanelSpec {
  return countsByLevel(
    {
      ...size,
      title: `By level over $${variable.window}`,
      description:
        'Alerts of KPIs that Prometheus had firing at any time of the chosen window. Milder levels fire along with worse ones.',
    },
    (severity) => `max_over_time(${firingAlerts(severity)}[$${variable.window}])`,
  )
}
