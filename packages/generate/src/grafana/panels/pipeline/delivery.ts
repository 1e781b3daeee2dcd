import { type Config, names } from '@mnemoscope/kpi'
import { aggregate } from '../../../promql.js'
import { timeSeries } from '../../charts.js'
import { forField } from '../../panel.js'
import { rangeQuery, sqlQuery } from '../../query.js'
import type { PanelSpec } from '../../schema.js'
import { table } from '../../table.js'
import { fromTargets, grown, pipelineRunbook } from './pipeline-panel.js'

/** Whether alerts get from Prometheus to Alertmanager, and from there to their receivers. */
export function notificationPanels(config: Config): PanelSpec[] {
  const base = {
    width: 12,
    height: 8,
    unit: 'short',
    links: [pipelineRunbook(config, 'deliveries-failing.md')],
    maxDataPoints: config.dashboard.maxDataPoints,
  }
  const step = config.scrapeInterval
  return [
    timeSeries({
      ...base,
      title: 'From Prometheus to Alertmanager',
      description: 'Alerts sent, failed and dropped between two points of the chart.',
      noValue: 'Prometheus does not scrape itself',
      targets: [
        rangeQuery(grown('prometheus_notifications_sent_total'), { refId: 'sent', legend: 'sent', step }),
        rangeQuery(grown('prometheus_notifications_errors_total'), {
          refId: 'failed',
          legend: 'failed',
          step,
        }),
        rangeQuery(grown('prometheus_notifications_dropped_total'), {
          refId: 'dropped',
          legend: 'dropped',
          step,
        }),
      ],
    }),
    timeSeries({
      ...base,
      title: 'From Alertmanager to its receivers',
      description: 'Notifications sent and failed between two points of the chart, and alerts that it holds.',
      noValue: 'Alertmanager is not scraped',
      targets: [
        rangeQuery(`sum by (integration) (${grown('alertmanager_notifications_total')}) > 0`, {
          refId: 'sent',
          legend: 'sent · {{integration}}',
          step,
        }),
        rangeQuery(`sum by (integration) (${grown('alertmanager_notifications_failed_total')}) > 0`, {
          refId: 'failed',
          legend: 'failed · {{integration}}',
          step,
        }),
        rangeQuery(fromTargets('alertmanager_alerts'), {
          refId: 'alerts',
          legend: `alerts {{state}} · {{${names.label.instance}}}`,
          step,
        }),
      ],
    }),
  ]
}

/** Events that handlers still have to get, and those that could not be delivered. */
export function deliveryPanels(config: Config): PanelSpec[] {
  return [overTime(config), now()]
}

/** Whether it grows or shrinks, and whether handlers refuse. */
function overTime(config: Config): PanelSpec {
  const { deliveries, deliveryFailures } = names.recorderMetric
  const step = config.scrapeInterval
  return timeSeries({
    title: 'Deliveries waiting, given up, and attempts that failed',
    description:
      'By handler. What waits is tried again by itself; what was given up waits for `mnemoscope replay`.',
    width: 24,
    height: 7,
    unit: 'short',
    noValue: 'no recorder was scraped, or it has no handler',
    links: [pipelineRunbook(config, 'deliveries-failing.md')],
    maxDataPoints: config.dashboard.maxDataPoints,
    targets: [
      // Each of several recorders counts the one queue.
      rangeQuery(aggregate('max', ['handler', 'state'], fromTargets(deliveries)), {
        refId: 'queue',
        legend: '{{state}} · {{handler}}',
        step,
      }),
      rangeQuery(aggregate('sum', ['handler'], grown(deliveryFailures)), {
        refId: 'failed',
        legend: 'failed · {{handler}}',
        step,
      }),
    ],
  })
}

function now(): PanelSpec {
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
