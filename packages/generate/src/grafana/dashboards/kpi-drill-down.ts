import { type Config, type Kpi, names } from '@mnemoscope/kpi'
import { alertAnnotation, changeAnnotations } from '../annotations.js'
import { dashboard } from '../dashboard.js'
import { postgres, prometheus } from '../data-source.js'
import { kpiPanelBase } from '../kpi-panel.js'
import { currentValues, placeLegend } from '../kpi-series.js'
import { hasThresholds, neutralColor, steps } from '../levels.js'
import { dashboardUid } from '../links.js'
import { kpiTag } from '../navigation.js'
import { distribution } from '../panels/distribution.js'
import { kpiEpisodes } from '../panels/kpi-episodes.js'
import { outcomes } from '../panels/outcomes.js'
import { readings } from '../panels/readings.js'
import { stat } from '../panels/stat.js'
import { timeSeries } from '../panels/time-series.js'
import { worstMeasurements } from '../panels/worst-measurements.js'
import { worstSnapshots } from '../panels/worst-snapshots.js'
import type { Dashboard, PanelSpec } from '../schema.js'
import { selected } from '../selection.js'
import { instantQuery, rangeQuery } from '../target.js'
import { thresholdLines } from '../threshold-lines.js'
import { dataSourceVariable, placeVariables, windowVariable } from '../variables.js'

/** Everything about one KPI: value against thresholds, what lies behind it, and its worst moments. */
export function kpiDrillDown(config: Config, kpi: Kpi): Dashboard {
  return dashboard(config, {
    uid: dashboardUid.kpi(kpi.id),
    title: `Mnemoscope · ${kpi.title}`,
    description: `${kpi.description} Statistic: ${kpi.statistic} over ${kpi.window}, or ${kpi.sparseWindow} while traffic is thin.`,
    tags: [kpiTag],
    variables: [
      dataSourceVariable(prometheus),
      dataSourceVariable(postgres),
      ...placeVariables(),
      windowVariable(),
    ],
    annotations: [alertAnnotation(`kpi = '${kpi.id}'`), ...changeAnnotations()],
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
      title: 'Measurements behind it',
      description: `Measurements in the window that the value is from; with fewer than ${kpi.minSamples} in ${kpi.window} it is from ${kpi.sparseWindow}.`,
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
    description: `${kpi.description} Dashed: thresholds, those of single models and context sizes named.`,
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
