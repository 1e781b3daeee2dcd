import { type Config, names } from '@mnemoscope/kpi'
import { and, bracket, filter, is, over, select } from '../promql.js'
import type { Rule } from '../rule.js'
import { pipelineAlert } from './pipeline-alert.js'

/** How long a changed configuration is told of. */
const toldFor = '10m'

/**
 * The configuration in force as a series, and the information that it was another one a while ago: one alert for
 * each change, also for the change back. A first start changes nothing.
 */
export function configRules(config: Config, sha256: string): Rule[] {
  const seen = `count(${over('count_over_time', names.configInfo, toldFor)})`
  return [
    { record: names.configInfo, expr: 'vector(1)', labels: { sha256 } },
    pipelineAlert(config, {
      name: names.pipelineAlert.configChanged,
      severity: 'info',
      // At the first evaluation the series of the one before is not stale yet, so only its own counts.
      expr: and(select(names.configInfo, [is('sha256', sha256)]), bracket(filter(seen, '>', 1)), []),
      summary: 'Another configuration is in force',
      description: 'Rules are now from the configuration with SHA-256 {{ $labels.sha256 }}.',
      runbook: 'config-changed.md',
    }),
  ]
}
