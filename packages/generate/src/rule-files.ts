import type { Config, Kpi } from '@mnemoscope/kpi'
import { easedRule } from './alerts/eased.js'
import { kpiAlertKinds, pipelineRules } from './alerts/index.js'
import { courseRules } from './recording/breach-course.js'
import { evaluatedRules, judgeRules, lastRules } from './recording/judge.js'
import { snapshotGroup } from './recording/snapshot.js'
import { sourceGroups } from './recording/source.js'
import type { RuleFile } from './rule.js'

/**
 * Every rule file by its name, without its ending.
 * @param running the configuration with the endpoints and services of a run
 * @param hash of the configuration itself, which its series announces
 */
export function ruleFiles(running: Config, hash: string): [string, RuleFile][] {
  return [
    ...Object.values(running.kpis).map((kpi): [string, RuleFile] => [kpi.id, kpiRules(running, kpi)]),
    ['mnemoscope-pipeline', pipelineRuleFile(running, hash)],
  ]
}

/**
 * The rule file of a KPI: one group, so that its alerts judge the value recorded at the same instant. In a group of
 * their own they would read one that is up to an evaluation interval old.
 */
export function kpiRules(config: Config, kpi: Kpi): RuleFile {
  return {
    groups: [
      ...sourceGroups(config, kpi),
      {
        name: `mnemoscope_${kpi.id}`,
        interval: config.alertCheckInterval,
        rules: [
          ...judgeRules(config, kpi),
          ...lastRules(kpi),
          ...kpiAlertKinds.flatMap(({ rules }) => rules?.(config, kpi) ?? []),
          ...(hasThreshold(kpi) ? [...courseRules(config, kpi), easedRule(config, kpi)] : []),
          // Rules run in order, and an alert is sent as soon as its own has run: it waits for none that it does not need.
          ...evaluatedRules(kpi),
        ],
      },
      snapshotGroup(config, kpi),
      ...kpiAlertKinds.flatMap(({ groups }) => groups?.(config, kpi) ?? []),
    ],
  }
}

function hasThreshold({ thresholds, overrides }: Kpi): boolean {
  return [thresholds, ...overrides.map((override) => override.thresholds ?? {})].some(
    (each) => Object.keys(each).length > 0,
  )
}

function pipelineRuleFile(config: Config, sha256: string): RuleFile {
  const rules = pipelineRules(config, sha256)
  return { groups: [{ name: 'mnemoscope_pipeline', interval: config.alertCheckInterval, rules }] }
}
