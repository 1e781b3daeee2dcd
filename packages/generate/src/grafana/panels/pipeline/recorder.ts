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

const problemMappings: ValueMapping[] = [
  {
    type: 'value',
    options: {
      '0': { text: 'in force', color: levelColor.healthy, index: 0 },
      '1': { text: 'not in force', color: levelColor.error, index: 1 },
    },
  },
]

/** How the recorder does by kind of work: when each last ended well, what failed, what is left, and what it waits for. */
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
      title: 'Since each kind of work last ended well',
      description:
        'Retention runs every hour, everything else at least as often as snapshots are due or once a minute. What goes on rising is stuck or fails.',
      width: 12,
      unit: 's',
      targets: [rangeQuery(`time() - ${fromTargets(metric.lastHealthy)}`, { legend: work, step })],
    }),
    timeSeries({
      ...base,
      title: 'Work that failed',
      description:
        'Runs between two points of the chart, by kind of work. What they left undone, later runs do.',
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
      title: 'Instants left to fill',
      description: 'Missed snapshots that are still to be fetched from Prometheus. It falls while they are.',
      width: 10,
      unit: 'short',
      targets: [rangeQuery(`sum(${fromTargets(metric.backfillLeft)})`, { legend: 'instants left', step })],
    }),
    stat({
      ...base,
      title: 'Configuration as it is written',
      description:
        'Not in force: an edit was refused, taken back, or nobody has applied it. The recorder’s page says why.',
      width: 4,
      unit: 'none',
      mappings: problemMappings,
      thresholds: steps(levelColor.healthy, [1, levelColor.error]),
      targets: [instantQuery(`max(${fromTargets(metric.configProblem)})`)],
    }),
  ]
}
