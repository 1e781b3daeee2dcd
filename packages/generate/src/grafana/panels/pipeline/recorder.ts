import { type Config, durationSeconds, names } from '@mnemoscope/kpi'
import { aggregate } from '../../../promql.js'
import { stat, timeSeries } from '../../charts.js'
import { levelColor, steps } from '../../levels.js'
import { instantQuery, rangeQuery } from '../../query.js'
import type { PanelSpec, ValueMapping } from '../../schema.js'
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
      description: `One is due every ${config.snapshotInterval}. Without three of them the recorder is behind.`,
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
      title: 'Snapshots, rows stored, failures',
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

const problemMappings: ValueMapping[] = [
  {
    type: 'value',
    options: {
      '0': { text: 'applied', color: levelColor.healthy, index: 0 },
      '1': { text: 'not applied', color: levelColor.error, index: 1 },
    },
  },
]

/** The recorder's work by kind: the last success, failures, what is left to do, and the time of queries. */
export function recorderWorkPanels(config: Config): PanelSpec[] {
  const base = {
    height: 7,
    noValue: 'no recorder was scraped',
    links: [pipelineRunbook(config, 'recorder-behind.md')],
    maxDataPoints: config.dashboard.maxDataPoints,
  }
  const step = config.scrapeInterval
  const work = `{{work}} {{handler}} · {{${instance}}}`
  return [
    timeSeries({
      ...base,
      title: 'Time since the last success, by work',
      description:
        'Retention runs every hour, other work at least once per snapshot interval or minute. A line that keeps rising is stuck or failing.',
      width: 12,
      unit: 's',
      targets: [rangeQuery(`time() - ${fromTargets(metric.lastHealthy)}`, { legend: work, step })],
    }),
    timeSeries({
      ...base,
      title: 'Failed work',
      description: 'Failed runs between two points of the chart, by work. Later runs do what these left.',
      width: 12,
      unit: 'short',
      targets: [rangeQuery(grown(metric.workFailures), { legend: work, step })],
    }),
    timeSeries({
      ...base,
      title: 'Duration of queries',
      description: '95th percentile of single statements to Postgres and requests to Prometheus.',
      width: 10,
      unit: 's',
      targets: [
        rangeQuery(percentile95(metric.queryDuration, [instance, 'server']), {
          legend: `{{server}} · {{${instance}}}`,
          step,
        }),
      ],
    }),
    timeSeries({
      ...base,
      title: 'Snapshots to backfill',
      description: 'Missed snapshots that the recorder still has to fetch from Prometheus.',
      width: 10,
      unit: 'short',
      targets: [rangeQuery(`sum(${fromTargets(metric.backfillLeft)})`, { legend: 'instants left', step })],
    }),
    stat({
      ...base,
      title: 'Configuration file',
      description:
        'Not applied: an edit was refused or rolled back, or it still waits to be applied. The recorder’s page says why.',
      width: 4,
      unit: 'none',
      mappings: problemMappings,
      thresholds: steps(levelColor.healthy, [1, levelColor.error]),
      targets: [instantQuery(`max(${fromTargets(metric.configProblem)})`)],
    }),
  ]
}
