import type { Config, Kpi } from '@mnemoscope/kpi'
import { alertAnnotation, configAnnotation } from '../annotations.js'
import { dashboard } from '../dashboard.js'
import { postgres, prometheus } from '../data-source.js'
import { kpiPanelBase, noMeasurement, unknownCell } from '../kpi-panel.js'
import { averageValues, placeLegend } from '../kpi-series.js'
import { hasThresholds, kpiThresholds, unknownMapping } from '../levels.js'
import { dashboardUid, rowLink, seriesLink } from '../links.js'
import { barGauge } from '../panels/bar-gauge.js'
import { forField } from '../panels/panel.js'
import { table } from '../panels/table.js'
import { timeSeries } from '../panels/time-series.js'
import type { Dashboard, PanelSpec } from '../schema.js'
import { selectedRows } from '../selection.js'
import { instantQuery, rangeQuery, sqlQuery } from '../target.js'
import { grafanaUnit } from '../unit.js'
import { dataSourceVariable, placeVariables, windowVariable } from '../variables.js'

/** Models and context sizes side by side. Values of different ones are never averaged together. */
export function modelComparison(config: Config): Dashboard {
  const kpis = Object.values(config.kpis)
  return dashboard(config, {
    uid: dashboardUid.modelComparison,
    title: 'Mnemoscope · Model comparison',
    description: 'Which model does best at which context size, over the time range and over a window.',
    from: 'now-24h',
    variables: [
      dataSourceVariable(prometheus),
      dataSourceVariable(postgres),
      ...placeVariables(),
      windowVariable(),
    ],
    annotations: [alertAnnotation(), configAnnotation()],
    sections: [
      { title: 'Over the time range, from the history', panels: [averagesTable(kpis)] },
      {
        title: 'Averages over $window, worst first, and their course',
        panels: kpis.flatMap((kpi) => comparison(config, kpi)),
      },
    ],
  })
}

function averagesTable(kpis: readonly Kpi[]): PanelSpec {
  const averages = kpis.map(({ id }) => `  avg(value) FILTER (WHERE kpi = '${id}') AS ${id},`).join('\n')
  return table({
    title: 'Mean of the snapshots, by model and context size',
    description:
      'Mean of each KPI’s snapshots in the time range. Of a quantile such as the p95 of latency it is the mean of ' +
      'quantiles, good for comparing. Empty: never measured in the time range.',
    width: 24,
    height: 10,
    unit: 'none',
    noValue: noMeasurement,
    targets: [
      sqlQuery(`
SELECT
  service,
  model,
  context_size,
${averages}
  count(DISTINCT at) AS snapshots
FROM snapshots JOIN series ON series.id = snapshots.series_id
WHERE $__timeFilter(at)
  AND ${selectedRows({})}
GROUP BY series.id
ORDER BY service, model, context_tokens NULLS LAST`),
    ],
    overrides: kpis.map((kpi) =>
      forField(kpi.id, {
        displayName: kpi.title,
        unit: grafanaUnit(kpi.unit),
        thresholds: kpiThresholds(kpi),
        mappings: [unknownMapping(unknownCell)],
        color: { mode: 'thresholds' },
        'custom.cellOptions': hasThresholds(kpi) ? { type: 'color-text' } : { type: 'auto' },
        links: [
          rowLink(`${kpi.title} here`, dashboardUid.kpi(kpi.id), {
            service: 'service',
            model: 'model',
            contextSize: 'context_size',
          }),
        ],
      }),
    ),
  })
}

function comparison(config: Config, kpi: Kpi): PanelSpec[] {
  const base = kpiPanelBase(config, kpi)
  const height = 8
  const worstFirst = kpi.direction === 'higher_is_better' ? 'sort' : 'sort_desc'
  const links = [seriesLink(`${kpi.title} here`, dashboardUid.kpi(kpi.id)), ...base.links]
  return [
    barGauge({
      ...base,
      links,
      title: `${kpi.title}: worst first`,
      description: `${kpi.description} Mean of the judged value over the chosen window. ${base.thresholdNote}`,
      width: 9,
      height,
      targets: [instantQuery(`${worstFirst}(${averageValues(kpi)})`, { legend: placeLegend })],
    }),
    timeSeries(
      {
        ...base,
        links,
        title: `${kpi.title}: mean over $window`,
        description: `${kpi.description} Smoothed: each point is the mean of the window before it. ${base.thresholdNote}`,
        width: 15,
        height,
        targets: [rangeQuery(averageValues(kpi), { legend: placeLegend, step: config.alertCheckInterval })],
        maxDataPoints: config.dashboard.maxDataPoints,
      },
      { bands: hasThresholds(kpi) },
    ),
  ]
}
