import { type Config, names } from '@mnemoscope/kpi'
import { stat, stateTimeline, timeSeries } from '../../charts.js'
import { levelColor, neutralColor, steps } from '../../levels.js'
import { instantQuery, rangeQuery } from '../../query.js'
import type { PanelSpec, ValueMapping } from '../../schema.js'
import { variable } from '../../variables.js'
import { fromTargets, grown, pipelineRunbook } from './pipeline-panel.js'

const upMappings: ValueMapping[] = [
  {
    type: 'value',
    options: {
      '0': { text: 'down', color: levelColor.critical, index: 0 },
      '1': { text: 'up', color: levelColor.healthy, index: 1 },
    },
  },
]

const legend = `{{${names.label.job}}} · {{${names.label.instance}}}`

/** Whether each target answers its scrapes, and how long they take. */
export function targetPanels(config: Config): PanelSpec[] {
  const base = {
    height: 8,
    noValue: 'no target was scraped',
    links: [pipelineRunbook(config, 'target-down.md')],
    maxDataPoints: config.dashboard.maxDataPoints,
  }
  const step = config.scrapeInterval
  return [
    stateTimeline({
      ...base,
      title: 'Targets up',
      description: 'Whether each service and each part of the pipeline answered its scrapes.',
      width: 14,
      unit: 'none',
      mappings: upMappings,
      targets: [rangeQuery(fromTargets('up'), { legend, step })],
    }),
    timeSeries({
      ...base,
      title: 'Scrape duration',
      description: 'How long a target takes to answer. At the scrape timeout its metrics are lost.',
      width: 10,
      unit: 's',
      targets: [rangeQuery(fromTargets('scrape_duration_seconds'), { legend, step })],
    }),
    stat({
      ...base,
      title: `Answered over $${variable.window}`,
      description: 'Share of the scrapes within the chosen window that each target answered.',
      width: 24,
      height: 5,
      unit: 'percentunit',
      thresholds: steps(neutralColor),
      targets: [instantQuery(`avg_over_time(${fromTargets('up')}[$${variable.window}])`, { legend })],
    }),
  ]
}

/** What the instrumentation of the services could not take as it was given. */
export function instrumentationPanels(config: Config): PanelSpec[] {
  const { job, kpi, reason } = names.label
  const { refusals, overflows, repairs } = names.instrumentationMetric
  const base = {
    width: 12,
    height: 8,
    unit: 'short',
    noValue: 'nothing was refused',
    maxDataPoints: config.dashboard.maxDataPoints,
  }
  const step = config.scrapeInterval
  return [
    timeSeries({
      ...base,
      title: 'Measurements refused',
      description: 'Values that a KPI can’t have, by service, KPI and reason. They never reach a metric.',
      targets: [
        rangeQuery(`sum by (${job}, ${kpi}, ${reason}) (${grown(refusals)})`, {
          legend: `{{${job}}} · {{${kpi}}} · {{${reason}}}`,
          step,
        }),
      ],
    }),
    timeSeries({
      ...base,
      title: 'Series over the limit, labels repaired',
      description:
        'Label sets folded into the overflow series because the limit was reached, and labels that were made usable.',
      targets: [
        rangeQuery(`sum by (${job}) (${grown(overflows)})`, {
          refId: 'overflows',
          legend: `over the limit · {{${job}}}`,
          step,
        }),
        rangeQuery(`sum by (${job}, label) (${grown(repairs)})`, {
          refId: 'repairs',
          legend: `repaired · {{${job}}} · {{label}}`,
          step,
        }),
      ],
    }),
  ]
}
