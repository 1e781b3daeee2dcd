import { type Config, type Kpi, names } from '@mnemoscope/kpi'
import { alertAnnotation, changeAnnotations, incidentAnnotation } from '../annotations.js'
import { stat, timeSeries } from '../charts.js'
import { dashboard } from '../dashboard.js'
import {
  change,
  currentValues,
  firingLevel,
  grafanaUnit,
  kpiPanelBase,
  noMeasurement,
  placeLegend,
  unknownCell,
  worstValue,
} from '../kpi-panel.js'
import { hasThresholds, kpiThresholds, neutralColor, rankMappings, steps, unknownMapping } from '../levels.js'
import { dashboardLink, dashboardUid, rowLink, seriesLink } from '../links.js'
import { forField } from '../panel.js'
import { firingCounts } from '../panels/alert-counts.js'
import { activeAlerts } from '../panels/alert-tables.js'
import { postgres, prometheus } from '../provisioning.js'
import { instantQuery, rangeQuery } from '../query.js'
import type { Dashboard, PanelSpec } from '../schema.js'
import { colouredCells, table } from '../table.js'
import { dataSourceVariable, placeVariables, windowVariable } from '../variables.js'

/** Where to look first: every KPI now, what fires, and how each KPI got here. */
export function overview(config: Config): Dashboard {
  const kpis = Object.values(config.kpis)
  return dashboard(config, {
    uid: dashboardUid.overview,
    title: 'Mnemoscope · Overview',
    description:
      'Every KPI of every service, model, context size and operation now, what fires, and the trends.',
    variables: [
      dataSourceVariable(prometheus),
      dataSourceVariable(postgres),
      ...placeVariables(),
      windowVariable(),
    ],
    annotations: [alertAnnotation(), incidentAnnotation(), ...changeAnnotations()],
    sections: [
      {
        title: 'Now',
        panels: [
          statusTable(kpis),
          activeAlerts({ width: 18, height: 8 }),
          firingCounts({ width: 6, height: 8 }),
        ],
      },
      { title: 'KPIs', panels: kpis.flatMap((kpi) => kpiRow(config, kpi)) },
    ],
  })
}

const columns = {
  service: 'Service',
  model: 'Model',
  contextSize: 'Context size',
  operation: 'Operation',
  level: 'Level',
} as const

function statusTable(kpis: readonly Kpi[]): PanelSpec {
  const { job, model, contextSize, operation } = names.label
  const level = 'level'
  const valueColumn = (refId: string) => `Value #${refId}`
  return table({
    title: 'Every KPI now',
    description:
      'The value that is judged, for each service, model, context size and operation, and the worst level that fires there. ' +
      'Empty: too few measurements to know. Colours show the thresholds that have no override.',
    width: 24,
    height: 10,
    unit: 'none',
    noValue: noMeasurement,
    targets: [
      instantQuery(firingLevel(kpis), { refId: level, format: 'table' }),
      ...kpis.map((kpi) => instantQuery(currentValues(kpi), { refId: kpi.id, format: 'table' })),
    ],
    transformations: [
      { id: 'merge', options: {} },
      {
        id: 'organize',
        options: {
          excludeByName: { Time: true },
          indexByName: Object.fromEntries(
            [
              job,
              model,
              contextSize,
              operation,
              valueColumn(level),
              ...kpis.map(({ id }) => valueColumn(id)),
            ].map((name, i) => [name, i]),
          ),
          renameByName: {
            [job]: columns.service,
            [model]: columns.model,
            [contextSize]: columns.contextSize,
            [operation]: columns.operation,
            [valueColumn(level)]: columns.level,
            ...Object.fromEntries(kpis.map(({ id, title }) => [valueColumn(id), title])),
          },
        },
      },
    ],
    overrides: [
      forField(columns.level, {
        mappings: rankMappings,
        'custom.cellOptions': colouredCells,
        'custom.width': 100,
      }),
      ...kpis.map((kpi) =>
        forField(kpi.title, {
          unit: grafanaUnit(kpi.unit),
          thresholds: kpiThresholds(kpi),
          mappings: [unknownMapping(unknownCell)],
          color: { mode: 'thresholds' },
          'custom.cellOptions': hasThresholds(kpi) ? { type: 'color-text' } : { type: 'auto' },
          links: [rowLink(`${kpi.title} here`, dashboardUid.kpi(kpi.id), columns)],
        }),
      ),
    ],
  })
}

/** A KPI's worst value now, its course, and how far it has moved. */
function kpiRow(config: Config, kpi: Kpi): PanelSpec[] {
  const base = kpiPanelBase(config, kpi)
  const height = 8
  const worse = kpi.direction === 'higher_is_better' ? 'lowest' : 'highest'
  return [
    stat(
      {
        ...base,
        title: `${kpi.title}: worst now`,
        description: `${kpi.description} The ${worse} value among the selected services, models, context sizes and operations.`,
        width: 4,
        height,
        links: [dashboardLink(`${kpi.title} in detail`, dashboardUid.kpi(kpi.id)), ...base.links],
        targets: [instantQuery(worstValue(kpi))],
      },
      { colorMode: hasThresholds(kpi) ? 'background' : 'value' },
    ),
    timeSeries(
      {
        ...base,
        title: kpi.title,
        description: `${kpi.description} ${base.thresholdNote}`,
        width: 14,
        height,
        links: [seriesLink(`${kpi.title} here`, dashboardUid.kpi(kpi.id)), ...base.links],
        targets: [rangeQuery(currentValues(kpi), { legend: placeLegend, step: config.alertCheckInterval })],
        maxDataPoints: config.dashboard.maxDataPoints,
      },
      { bands: hasThresholds(kpi) },
    ),
    stat(
      {
        ...base,
        title: `${kpi.title}: change over $window`,
        description: `The value now less the value one window ago, for each place; ${kpi.direction === 'higher_is_better' ? 'a rise is good' : 'a fall is good'}.`,
        width: 6,
        height,
        noValue: 'no value one window ago',
        thresholds: steps(neutralColor),
        targets: [instantQuery(change(kpi), { legend: placeLegend })],
      },
      { colorMode: 'none', textMode: 'value_and_name' },
    ),
  ]
}
