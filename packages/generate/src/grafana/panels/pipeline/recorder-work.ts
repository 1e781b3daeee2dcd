import { type Config, names } from '@mnemoscope/kpi'
import { levelColor, steps } from '../../levels.js'
import type { PanelSpec, ValueMapping } from '../../schema.js'
import { instantQuery, rangeQuery } from '../../target.js'
import { stat } from '../stat.js'
import { timeSeries } from '../time-series.js'
import { fromTargets, grown, percentile95, pipelineRunbook } from './pipeline-panel.js'

const metric = names.recorderMetric
const { instance } = names.label

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
