import { type Config, names, type Severity } from '@mnemoscope/kpi'
import { links } from '../annotations.js'
import type { AlertRule } from '../rule.js'

/** What an alert of the pipeline about itself says. */
export interface PipelineAlert {
  readonly name: string
  readonly severity: Severity
  readonly expr: string
  readonly for?: string
  /** The number that the expression compares with, where it has one. */
  readonly threshold?: number
  readonly summary: string
  readonly description: string
  /** File of its page below the runbook base URL. */
  readonly runbook: string
}

/** The rule of an alert that has no KPI. */
export function pipelineAlert(config: Config, { name, severity, expr, ...rest }: PipelineAlert): AlertRule {
  return {
    alert: name,
    expr,
    ...(rest.for === undefined ? {} : { for: rest.for }),
    labels: { [names.label.severity]: severity },
    annotations: {
      summary: rest.summary,
      description: rest.description,
      value: '{{ $value }}',
      ...(rest.threshold === undefined ? {} : { threshold: String(rest.threshold) }),
      ...links(config, rest.runbook),
    },
  }
}
