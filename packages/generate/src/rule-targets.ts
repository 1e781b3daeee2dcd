import type { Config } from '@mnemoscope/kpi'
import { inlineRules } from './inline-rules.js'
import type { RuleGroup } from './rule.js'

type RuleTarget = Config['ruleTargets'][number]

/** Name of the rules wherever an engine asks for one. */
const name = 'mnemoscope'

/** Where the rules of an engine lie in a project. */
const paths: Readonly<Record<RuleTarget, string>> = {
  kubernetes: 'deploy/kubernetes/prometheus-rule.yml',
  mimir: 'deploy/rules/mimir.yml',
  thanos: 'deploy/rules/thanos.yml',
  victoriametrics: 'deploy/rules/victoriametrics.yml',
}

/**
 * All rules in one file for each configured engine.
 * - kubernetes: https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.PrometheusRule
 * - mimir: https://grafana.com/docs/mimir/latest/manage/tools/mimirtool/#rules
 * - thanos: https://thanos.io/tip/components/rule.md/#configuring-rules
 * - victoriametrics: https://docs.victoriametrics.com/victoriametrics/vmalert/#groups
 */
export function ruleTargetFiles(
  config: Config,
  groups: readonly RuleGroup[],
): [path: string, content: object][] {
  return config.ruleTargets.map((target) => [paths[target], ruleTargetContent(target, groups)])
}

function ruleTargetContent(target: RuleTarget, groups: readonly RuleGroup[]): object {
  switch (target) {
    case 'kubernetes':
      return {
        apiVersion: 'monitoring.coreos.com/v1',
        kind: 'PrometheusRule',
        metadata: { name, labels: { 'app.kubernetes.io/name': name, 'app.kubernetes.io/part-of': name } },
        spec: { groups },
      }
    case 'mimir':
      return { namespace: name, groups }
    case 'thanos':
      // Half of the data would be judged as if it were all: a rule that cannot see everything fails, and says so.
      return { groups: groups.map((group) => ({ ...group, partial_response_strategy: 'abort' })) }
    case 'victoriametrics':
      return { groups: groups.map(inlineRules) }
  }
}
