import {
  boundarySpellings,
  type Config,
  type Kpi,
  names,
  type Outcomes,
  thresholdEdge,
  thresholdSeverities,
} from '@mnemoscope/kpi'
import { aggregate, isOneOf, over } from '../../promql.js'
import { barGauge, heatmap, timeSeries } from '../charts.js'
import { kpiPanelBase, placeLegend } from '../kpi-panel.js'
import { levelColor } from '../levels.js'
import { forField } from '../panel.js'
import { instantQuery, rangeQuery } from '../query.js'
import type { PanelSpec } from '../schema.js'
import { selected, variable } from '../variables.js'

const quantiles = ['p50', 'p95', 'p99'] as const

/** What lies behind a histogram KPI: its distribution, its quantiles, the share beyond each threshold, its traffic. */
export function distribution(config: Config, kpi: Kpi): PanelSpec[] {
  const { unit, noValue, links } = kpiPanelBase(config, kpi)
  const base = { noValue, links, height: 9, maxDataPoints: config.dashboard.maxDataPoints }
  const metric = names.metricName(kpi)
  const perBucket = over('increase', selected(`${metric}_bucket`), '$__rate_interval')
  const step = config.scrapeInterval
  return [
    heatmap({
      ...base,
      unit,
      title: `${kpi.title}: distribution`,
      description: 'Measurements by bucket and time, of everything selected. Darker: more of them.',
      width: 12,
      targets: [
        rangeQuery(aggregate('sum', ['le'], perBucket), { legend: '{{le}}', format: 'heatmap', step }),
      ],
      // A column of the heatmap has to be wide enough to be seen.
      maxDataPoints: 120,
    }),
    timeSeries({
      ...base,
      unit,
      title: `${kpi.title}: quantiles`,
      description: `Quantiles of the measurements of the last ${config.snapshotInterval}. They are exact at bucket boundaries.`,
      width: 12,
      targets: quantiles.map((quantile) =>
        rangeQuery(selected(names.recordedSeries.quantile(kpi, quantile)), {
          refId: quantile,
          legend: `${placeLegend} · ${quantile}`,
          step: config.snapshotInterval,
        }),
      ),
    }),
    ...sharesPanel(kpi, { ...base, step }),
    timeSeries({
      ...base,
      unit: 'ops',
      title: 'Operations measured',
      description: 'Measurements per second, by service, model, context size and operation.',
      width: 12,
      targets: [
        rangeQuery(
          aggregate('sum', names.seriesLabels, over('rate', selected(`${metric}_count`), '$__rate_interval')),
          { legend: placeLegend, step },
        ),
      ],
    }),
  ]
}

/** Exact, because every threshold has a bucket boundary at its edge. */
function sharesPanel(
  kpi: Kpi,
  { step, ...base }: { noValue: string; height: number; maxDataPoints: number; step: string },
): PanelSpec[] {
  const metric = names.metricName(kpi)
  const window = `$${variable.window}`
  const all = `sum(${over('increase', selected(`${metric}_count`), window)})`
  const lines = thresholdSeverities.flatMap((severity) => {
    const threshold = kpi.thresholds[severity]
    if (threshold === undefined) return []
    const le = isOneOf('le', boundarySpellings(thresholdEdge(kpi, threshold)))
    const upTo = `sum(${over('increase', selected(`${metric}_bucket`, [le]), window)}) / (${all} > 0)`
    return [{ severity, expr: kpi.direction === 'higher_is_better' ? upTo : `1 - ${upTo}` }]
  })
  if (lines.length === 0) return []
  const side = kpi.direction === 'higher_is_better' ? 'at or below' : 'above'
  return [
    timeSeries({
      ...base,
      unit: 'percentunit',
      min: 0,
      title: 'Share beyond each threshold',
      description: `Share of the measurements in the chosen window that are ${side} the KPI’s own thresholds, of everything selected.`,
      width: 12,
      targets: lines.map(({ severity, expr }) =>
        rangeQuery(expr, { refId: severity, legend: severity, step }),
      ),
      overrides: lines.map(({ severity }) =>
        forField(severity, { color: { mode: 'fixed', fixedColor: levelColor[severity] } }),
      ),
    }),
  ]
}

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
