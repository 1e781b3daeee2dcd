import { type Config, type Kpi, names } from '@mnemoscope/kpi'
import { alertAnnotation, changeAnnotations, incidentAnnotation } from '../annotations.js'
import { stat, timeSeries } from '../charts.js'
import { dashboard } from '../dashboard.js'
import { currentValues, kpiPanelBase, placeLegend } from '../kpi-panel.js'
import { hasThresholds, neutralColor, steps, thresholdLines } from '../levels.js'
import { dashboardUid, kpiTag } from '../links.js'
import { kpiEpisodes } from '../panels/alert-tables.js'
import { distribution, outcomes, readings } from '../panels/measured.js'
import { worstMeasurements, worstSnapshots } from '../panels/worst.js'
import { postgres, prometheus } from '../provisioning.js'
import { instantQuery, rangeQuery } from '../query.js'
import type { Dashboard, PanelSpec } from '../schema.js'
import { dataSourceVariable, placeVariables, selected, windowVariable } from '../variables.js'

/** Everything about one KPI: value against thresholds, what lies behind it, and its worst moments. */
export function kpiDrillDown(config: Config, kpi: Kpi): Dashboard {
  return dashboard(config, {
    uid: dashboardUid.kpi(kpi.id),
    title: `Mnemoscope · ${kpi.title}`,
    description: `${kpi.description} Statistic: ${kpi.statistic}.`,
    tags: [kpiTag],
    variables: [
      dataSourceVariable(prometheus),
      dataSourceVariable(postgres),
      ...placeVariables(),
      windowVariable(),
    ],
    annotations: [
      alertAnnotation(`kpi = '${kpi.id}'`),
      incidentAnnotation(`kpi = '${kpi.id}'`),
      ...changeAnnotations(),
    ],
    sections: [
      {
        title: 'Value',
        panels: [nowPanel(config, kpi), samplesPanel(config, kpi), coursePanel(config, kpi)],
      },
      { title: 'What lies behind it', panels: measuredPanels(config, kpi) },
      {
        title: 'Worst moments',
        panels: [worstMeasurements(config, kpi), worstSnapshots(config, kpi), kpiEpisodes(kpi)],
      },
    ],
  })
}

function nowPanel(config: Config, kpi: Kpi): PanelSpec {
  const base = kpiPanelBase(config, kpi)
  return stat(
    {
      ...base,
      title: `${kpi.title} now`,
      description: `${kpi.description} ${base.thresholdNote}`,
      width: 16,
      height: 6,
      targets: [instantQuery(currentValues(kpi), { legend: placeLegend })],
    },
    { colorMode: hasThresholds(kpi) ? 'background' : 'value', textMode: 'value_and_name' },
  )
}

function samplesPanel(config: Config, kpi: Kpi): PanelSpec {
  const { noValue, links } = kpiPanelBase(config, kpi)
  return stat(
    {
      title: 'New measurements',
      description: `Measurements of the last ${config.snapshotInterval}. Without new ones the value stands until it expires.`,
      width: 8,
      height: 6,
      unit: 'short',
      decimals: 0,
      noValue,
      links,
      thresholds: steps(neutralColor),
      targets: [instantQuery(selected(names.recordedSeries.samples(kpi)), { legend: placeLegend })],
    },
    { colorMode: 'none', textMode: 'value_and_name' },
  )
}

function coursePanel(config: Config, kpi: Kpi): PanelSpec {
  const base = kpiPanelBase(config, kpi)
  const lines = thresholdLines(kpi)
  return timeSeries({
    ...base,
    title: `${kpi.title} and its thresholds`,
    description: `${kpi.description} Dashed: thresholds, those of single models, context sizes and operations named.`,
    width: 24,
    height: 10,
    targets: [
      rangeQuery(currentValues(kpi), { legend: placeLegend, step: config.alertCheckInterval }),
      ...lines.targets,
    ],
    overrides: lines.overrides,
    maxDataPoints: config.dashboard.maxDataPoints,
  })
}

function measuredPanels(config: Config, kpi: Kpi): PanelSpec[] {
  if (kpi.outcomes !== undefined) return outcomes(config, kpi, kpi.outcomes)
  return kpi.instrument === 'gauge' ? readings(config, kpi) : distribution(config, kpi)
}
