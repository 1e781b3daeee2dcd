import type { Config, Kpi } from '@mnemoscope/kpi'
import type { RecordingRule, RuleFile } from '../rule.js'
import { burnGroups } from './burn.js'
import { besideCurrentRules, currentRules, judgedRules } from './current.js'
import { gaugeRules } from './gauge.js'
import { histogramRules, judgedQuantileRules, shownQuantileGroups, shownQuantileRules } from './histogram.js'
import { lastRules } from './last.js'
import { noDataAlerts } from './no-data-alerts.js'
import { ratioRules } from './ratio.js'
import { thresholdAlerts } from './threshold-alerts.js'
import { trendGroup } from './trend.js'

/**
 * The rule file of a KPI: one group, so that its alerts judge the value recorded at the same instant. In a group of
 * their own they would read one that is up to an evaluation interval old.
 */
export function kpiRules(config: Config, kpi: Kpi): RuleFile {
  return {
    groups: [
      {
        name: `mnemoscope_${kpi.id}`,
        interval: config.alertCheckInterval,
        rules: [
          ...measuredRules(kpi),
          ...judgedRules(kpi),
          ...judgedQuantileRules(kpi),
          ...currentRules(kpi),
          ...lastRules(kpi),
          ...thresholdAlerts(config, kpi),
          ...noDataAlerts(config, kpi),
          // Rules run in order, and an alert is sent as soon as its own has run: it waits for none that it does not need.
          ...besideCurrentRules(kpi),
          ...shownQuantileRules(kpi),
        ],
      },
      ...shownQuantileGroups(config, kpi),
      trendGroup(config, kpi),
      ...burnGroups(config, kpi),
    ],
  }
}

function measuredRules(kpi: Kpi): RecordingRule[] {
  if (kpi.outcomes !== undefined) return ratioRules(kpi, kpi.outcomes)
  return kpi.instrument === 'gauge' ? gaugeRules(kpi) : histogramRules(kpi)
}
