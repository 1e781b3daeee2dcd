import { type Config, configHash, names } from '@mnemoscope/kpi'
import { ago, and, bracket, unless } from '../promql.js'
import type { Rule } from '../rule.js'
import { pipelineAlert } from './pipeline-alert.js'

/** How long a changed configuration is told of. */
const toldFor = '10m'

/** The configuration in force as a series, and the information that it was another one a while ago. */
export function configRules(config: Config): Rule[] {
  const before = ago(names.configInfo, toldFor)
  return [
    { record: names.configInfo, expr: 'vector(1)', labels: { sha256: configHash(config) } },
    pipelineAlert(config, {
      name: names.pipelineAlert.configChanged,
      severity: 'info',
      // Without an earlier configuration this is a first start, not a change.
      expr: and(bracket(unless(names.configInfo, before)), before, []),
      summary: 'Another configuration is in force',
      description: 'Rules are now from the configuration with SHA-256 {{ $labels.sha256 }}.',
      runbook: 'config-changed.md',
    }),
  ]
}
