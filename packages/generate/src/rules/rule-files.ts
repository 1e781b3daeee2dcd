import type { Config } from '@mnemoscope/kpi'
import type { RuleFile } from '../rule.js'
import { kpiRules } from './kpi-rules.js'
import { pipelineRules } from './pipeline-rules.js'

/**
 * Every rule file by its name, without its ending.
 * @param running the configuration with the endpoints and services of a run
 * @param hash that of the configuration itself, which alerts tell changes of
 */
export function ruleFiles(running: Config, hash: string): [string, RuleFile][] {
  return [
    ...Object.values(running.kpis).map((kpi): [string, RuleFile] => [kpi.id, kpiRules(running, kpi)]),
    ['mnemoscope-pipeline', pipelineRules(running, hash)],
  ]
}
