import { type Config, durationSeconds } from '@mnemoscope/kpi'
import { timeSeries } from '../../charts.js'
import { levelColor, steps } from '../../levels.js'
import { rangeQuery } from '../../query.js'
import type { PanelSpec } from '../../schema.js'
import { fromTargets, grown, pipelineRunbook } from './pipeline-panel.js'

/** Whether the rules run, and whether they have the time to. */
export function rulePanels(config: Config): PanelSpec[] {
  const interval = durationSeconds(config.alertCheckInterval)
  const base = {
    width: 12,
    height: 8,
    noValue: 'Prometheus does not scrape itself',
    links: [pipelineRunbook(config, 'rule-evaluation-failing.md')],
    maxDataPoints: config.dashboard.maxDataPoints,
  }
  const step = config.scrapeInterval
  const group = '{{rule_group}}'
  return [
    timeSeries(
      {
        ...base,
        title: 'Duration of rule evaluation',
        description: `By rule group. Above the interval of ${config.alertCheckInterval} evaluations are skipped.`,
        unit: 's',
        thresholds: steps(
          levelColor.healthy,
          [interval / 2, levelColor.warning],
          [interval, levelColor.critical],
        ),
        targets: [
          rangeQuery(fromTargets('prometheus_rule_group_last_duration_seconds'), { legend: group, step }),
        ],
      },
      { bands: true },
    ),
    timeSeries({
      ...base,
      title: 'Evaluations failed or skipped',
      description: 'Each may have hidden an alert.',
      unit: 'short',
      targets: [
        rangeQuery(grown('prometheus_rule_evaluation_failures_total'), {
          refId: 'failed',
          legend: `failed · ${group}`,
          step,
        }),
        rangeQuery(grown('prometheus_rule_group_iterations_missed_total'), {
          refId: 'skipped',
          legend: `skipped · ${group}`,
          step,
        }),
      ],
    }),
  ]
}
