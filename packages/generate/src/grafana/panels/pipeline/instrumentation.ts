import { type Config, names } from '@mnemoscope/kpi'
import type { PanelSpec } from '../../schema.js'
import { rangeQuery } from '../../target.js'
import { timeSeries } from '../time-series.js'
import { grown } from './pipeline-panel.js'

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
