import { type Config, type Kpi, names } from '@mnemoscope/kpi'
import { kpiPanelBase } from '../kpi-panel.js'
import { placeLegend } from '../kpi-series.js'
import type { PanelSpec } from '../schema.js'
import { selected } from '../selection.js'
import { rangeQuery } from '../target.js'
import { timeSeries } from './time-series.js'

/** What lies behind a gauge KPI: the readings of each process. */
export function readings(config: Config, kpi: Kpi): PanelSpec[] {
  const { unit, noValue, links } = kpiPanelBase(config, kpi)
  return [
    timeSeries({
      unit,
      noValue,
      links,
      title: `${kpi.title} of each process`,
      description: 'What each instance of the service reports, as it was scraped.',
      width: 24,
      height: 9,
      maxDataPoints: config.dashboard.maxDataPoints,
      targets: [
        rangeQuery(selected(names.metricName(kpi)), {
          legend: `${placeLegend} · {{${names.label.instance}}}`,
          step: config.scrapeInterval,
        }),
      ],
    }),
  ]
}
