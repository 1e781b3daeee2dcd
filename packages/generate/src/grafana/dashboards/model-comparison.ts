import { type Config, type Kpi, valueText } from '@mnemoscope/kpi'
import { alertAnnotation, changeAnnotations, incidentAnnotation } from '../annotations.js'
import { barGauge, timeSeries } from '../charts.js'
import { dashboard } from '../dashboard.js'
import { averageValues, kpiPanelBase, placeLegend } from '../kpi-panel.js'
import { hasThresholds } from '../levels.js'
import { dashboardUid, seriesLink } from '../links.js'
import { comparisonTable } from '../panels/comparison-table.js'
import { postgres, prometheus } from '../provisioning.js'
import { instantQuery, rangeQuery } from '../query.js'
import type { Dashboard, PanelSpec } from '../schema.js'
import { dataSourceVariable, placeVariables, windowVariable } from '../variables.js'

/** Models, context sizes and operations side by side. Values of different ones are never averaged together. */
export function modelComparison(config: Config): Dashboard {
  const kpis = Object.values(config.kpis)
  return dashboard(config, {
    uid: dashboardUid.modelComparison,
    title: 'Mnemoscope · Model comparison',
    description:
      'Which model does best at which context size and operation, over the time range and over a window.',
    from: 'now-24h',
    variables: [
      dataSourceVariable(prometheus),
      dataSourceVariable(postgres),
      ...placeVariables(),
      windowVariable(),
    ],
    annotations: [alertAnnotation(), incidentAnnotation(), ...changeAnnotations()],
    sections: [
      { title: 'Over the time range, from the history', panels: [comparisonTable(kpis)] },
      {
        title: 'Judged values averaged over $window, worst first, and their course',
        panels: kpis.flatMap((kpi) => comparison(config, kpi)),
      },
    ],
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
      title: `${kpi.title}: ${valueText(kpi)}, worst first`,
      description: `${kpi.description} The judged value (${valueText(kpi)}), averaged over the chosen window: not the mean of operations. ${base.thresholdNote}`,
      width: 9,
      height,
      targets: [instantQuery(`${worstFirst}(${averageValues(kpi)})`, { legend: placeLegend })],
    }),
    timeSeries(
      {
        ...base,
        links,
        title: `${kpi.title}: ${valueText(kpi)}, averaged over $window`,
        description: `${kpi.description} The judged value, smoothed: each point is the average of the window before it, not the mean of operations. ${base.thresholdNote}`,
        width: 15,
        height,
        targets: [rangeQuery(averageValues(kpi), { legend: placeLegend, step: config.alertCheckInterval })],
        maxDataPoints: config.dashboard.maxDataPoints,
      },
      { bands: hasThresholds(kpi) },
    ),
  ]
}
