import { type Config, durationSeconds, names } from '@mnemoscope/kpi'
import { aggregate } from '../../../promql.js'
import { levelColor, steps } from '../../levels.js'
import type { PanelSpec } from '../../schema.js'
import { instantQuery, rangeQuery } from '../../target.js'
import { stat } from '../stat.js'
import { timeSeries } from '../time-series.js'
import { fromTargets, grown, percentile95, pipelineRunbook } from './pipeline-panel.js'

const metric = names.recorderMetric
const { instance } = names.label

/** Whether snapshots and alerts reach the database, and how late. */
export function recorderPanels(config: Config): PanelSpec[] {
  const interval = durationSeconds(config.snapshotInterval)
  const base = {
    height: 7,
    noValue: 'no recorder was scraped',
    links: [pipelineRunbook(config, 'recorder-behind.md')],
    maxDataPoints: config.dashboard.maxDataPoints,
  }
  const step = config.scrapeInterval
  return [
    stat({
      ...base,
      title: 'Age of the newest snapshot',
      description: `One is due every ${config.snapshotInterval}; after three of them the recorder is behind.`,
      width: 4,
      unit: 's',
      thresholds: steps(
        levelColor.healthy,
        [2 * interval, levelColor.warning],
        [3 * interval, levelColor.error],
      ),
      targets: [instantQuery(`time() - max(${fromTargets(metric.lastInstant)})`)],
    }),
    timeSeries({
      ...base,
      title: 'Instants taken, rows stored, cycles failed',
      description: 'How many between two points of the chart, by recorder.',
      width: 10,
      unit: 'short',
      targets: [
        rangeQuery(grown(metric.snapshots), {
          refId: 'instants',
          legend: `instants · {{${instance}}}`,
          step,
        }),
        rangeQuery(grown(metric.snapshotRows), { refId: 'rows', legend: `rows · {{${instance}}}`, step }),
        rangeQuery(grown(metric.snapshotFailures), {
          refId: 'failed',
          legend: `failed · {{${instance}}}`,
          step,
        }),
      ],
    }),
    timeSeries({
      ...base,
      title: 'Duration of a snapshot cycle',
      description: '95th percentile of the time from the first query to the stored rows.',
      width: 10,
      unit: 's',
      targets: [
        rangeQuery(percentile95(metric.cycleDuration, [instance]), { legend: `{{${instance}}}`, step }),
      ],
    }),
    timeSeries({
      ...base,
      title: 'Alerts received by webhook',
      description: 'By status, and notifications that were refused or could not be stored.',
      width: 12,
      unit: 'short',
      targets: [
        rangeQuery(grown(metric.webhookAlerts), { refId: 'received', legend: '{{status}}', step }),
        rangeQuery(grown(metric.webhookFailures), { refId: 'failed', legend: 'refused or not stored', step }),
      ],
    }),
    timeSeries({
      ...base,
      title: 'Open alert episodes',
      description: 'As the recorder counts them in the history, by level.',
      width: 12,
      unit: 'short',
      targets: [
        rangeQuery(aggregate('max', [names.label.severity], fromTargets(metric.openEpisodes)), {
          legend: `{{${names.label.severity}}}`,
          step,
        }),
      ],
    }),
  ]
}
