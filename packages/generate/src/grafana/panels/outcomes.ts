import { type Config, type Kpi, names, type Outcomes } from '@mnemoscope/kpi'
import { aggregate, over } from '../../promql.js'
import { kpiPanelBase } from '../kpi-panel.js'
import { placeLegend } from '../kpi-series.js'
import type { PanelSpec } from '../schema.js'
import { selected, variable } from '../selection.js'
import { instantQuery, rangeQuery } from '../target.js'
import { barGauge } from './bar-gauge.js'
import { timeSeries } from './time-series.js'

/** What lies behind a counter KPI: its outcomes, over time and over the window. */
export function outcomes(config: Config, kpi: Kpi, { label, excluded }: Outcomes): PanelSpec[] {
  const { noValue, links } = kpiPanelBase(config, kpi)
  const base = { noValue, links, height: 9, maxDataPoints: config.dashboard.maxDataPoints }
  const counter = selected(names.metricName(kpi))
  const left = excluded.length === 0 ? '' : ` Not part of the KPI: ${excluded.join(', ')}.`
  return [
    timeSeries(
      {
        ...base,
        unit: 'ops',
        title: `By ${label}`,
        description: `How many per second, by ${label}, of everything selected.${left}`,
        width: 12,
        targets: [
          rangeQuery(aggregate('sum', [label], over('rate', counter, '$__rate_interval')), {
            legend: `{{${label}}}`,
            step: config.scrapeInterval,
          }),
        ],
      },
      { stacked: true },
    ),
    barGauge({
      ...base,
      unit: 'short',
      title: `By ${label} over $window`,
      description: `How many in the chosen window, by place and ${label}.${left}`,
      width: 12,
      targets: [
        instantQuery(
          `sort_desc(${aggregate('sum', [...names.seriesLabels, label], over('increase', counter, `$${variable.window}`))})`,
          { legend: `${placeLegend} · {{${label}}}` },
        ),
      ],
    }),
  ]
}
