import type { PanelSpec } from '../../schema.js'
import { sqlQuery } from '../../target.js'
import { forField } from '../panel.js'
import { table } from '../table.js'

/** What alert handlers are still to be told, and what they could not be told at all. */
export function deliveriesPanel(): PanelSpec {
  return table({
    title: 'Deliveries to alert handlers',
    description:
      'By handler: transitions that wait, for how long the first of them has, and those that were given up.',
    width: 24,
    height: 6,
    unit: 'none',
    noValue: 'nothing waits',
    targets: [
      sqlQuery(`
SELECT
  handler,
  count(*) FILTER (WHERE dead_at IS NULL) AS waiting,
  max(extract(epoch FROM now() - recorded_at)) FILTER (WHERE dead_at IS NULL) AS longest,
  count(*) FILTER (WHERE dead_at IS NOT NULL) AS given_up,
  max(attempts) AS attempts,
  max(last_error) AS last_error
FROM deliveries JOIN alert_transitions ON alert_transitions.id = deliveries.transition_id
GROUP BY handler
ORDER BY handler`),
    ],
    overrides: [forField('longest', { unit: 's' }), forField('given_up', { displayName: 'given up' })],
  })
}
