import type { PanelSpec } from '../schema.js'
import { countsByLevel, firingAlerts } from './counts-by-level.js'

/** How many alerts of KPIs fire in Prometheus itself, by level, whatever the recorder knows of them. */
export function firingCounts(size: { width: number; height: number }): PanelSpec {
  return countsByLevel(
    {
      ...size,
      title: 'Firing now, by level',
      description:
        'Alerts of KPIs that Prometheus has firing. Milder levels fire along with worse ones. ' +
        'Should the history beside it disagree for long, look at the pipeline’s health.',
    },
    firingAlerts,
  )
}
