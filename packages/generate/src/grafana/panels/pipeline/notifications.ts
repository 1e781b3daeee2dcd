import { type Config, names } from '@mnemoscope/kpi'
import type { PanelSpec } from '../../schema.js'
import { rangeQuery } from '../../target.js'
import { timeSeries } from '../time-series.js'
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
