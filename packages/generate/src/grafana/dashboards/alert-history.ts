import { type Config, names } from '@mnemoscope/kpi'
import { changeAnnotations } from '../annotations.js'
import { stateTimeline } from '../charts.js'
import { dashboard } from '../dashboard.js'
import { firingRank, placeLegend } from '../kpi-panel.js'
import { rankMappings } from '../levels.js'
import { dashboardUid } from '../links.js'
import { alertTotals, firedCounts } from '../panels/alert-counts.js'
import { alertCauses, alertEpisodes } from '../panels/alert-tables.js'
import { configChanges } from '../panels/config-changes.js'
import { postgres, prometheus } from '../provisioning.js'
import { rangeQuery } from '../query.js'
import type { Dashboard, PanelSpec } from '../schema.js'
import { dataSourceVariable, placeVariables, windowVariable } from '../variables.js'

/** What fired, how often, for how long and why; configuration changes are marked beside it. */
export function alertHistory(config: Config): Dashboard {
  return dashboard(config, {
    uid: dashboardUid.alertHistory,
    title: 'Mnemoscope · Alert history',
    description: 'Alert episodes over time and by level, time to recover, and what fires most.',
    from: 'now-7d',
    variables: [
      dataSourceVariable(prometheus),
      dataSourceVariable(postgres),
      ...placeVariables(),
      windowVariable(),
    ],
    annotations: changeAnnotations(),
    sections: [
      { title: 'By level', panels: alertTotals(config) },
      { title: 'Over time', panels: [firedCounts({ width: 24, height: 5 }), levelTimeline(config)] },
      { title: 'Causes', panels: [alertCauses()] },
      { title: 'Episodes', panels: [alertEpisodes()] },
      { title: 'What changed', panels: [configChanges()] },
    ],
  })
}

function levelTimeline(config: Config): PanelSpec {
  const { kpi } = names.label
  return stateTimeline({
    title: 'Worst level by KPI, model, context size and operation',
    description: 'The worst level that fired, as Prometheus has it, for as far back as Prometheus keeps it.',
    width: 24,
    height: 10,
    unit: 'none',
    noValue: 'nothing fired',
    mappings: rankMappings,
    maxDataPoints: config.dashboard.maxDataPoints,
    targets: [
      rangeQuery(firingRank([kpi, ...names.seriesLabels]), {
        legend: `{{${kpi}}} · ${placeLegend}`,
        step: config.alertCheckInterval,
      }),
    ],
  })
}
