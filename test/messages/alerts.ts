import type { ThresholdSeverity } from '@mnemoscope/kpi'

/** An alert as Prometheus sends it. */
export interface Alert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly startsAt?: string
  readonly endsAt?: string
}

export interface Breach {
  readonly level: ThresholdSeverity
  readonly value: number
  readonly service?: string
  readonly model?: string
  readonly operation?: string
  readonly kpi?: 'f1_score' | 'token_usage'
}

const f1Thresholds = { warning: '0.80', error: '0.75', critical: '0.70' } as const
const letters = 'jihgfedcba'

/** An alert of a threshold with the annotations that Prometheus fills in from the generated rules. */
export function breachAlert(breach: Breach): Alert {
  const { level, value, service = 'demo', model = 'gpt-4o', operation = 'search', kpi = 'f1_score' } = breach
  const isF1 = kpi === 'f1_score'
  const alertname = `Mnemoscope${isF1 ? 'F1Score' : 'TokenUsage'}${level[0]?.toUpperCase()}${level.slice(1)}`
  const digits = value.toFixed(9).padStart(25, '0')
  const size = '131072'
  return {
    labels: { alertname, severity: level, kpi, job: service, model, context_size: size, operation },
    annotations: {
      summary: `F1 score of ${model} (${operation}) in ${service} has reached ${level.toUpperCase()}`,
      description: `F1 score (mean) of ${model} (${operation}) at context size ${size} is ${value}.`,
      shown_value: isF1 ? String(value) : `${value} tokens`,
      shown_threshold: isF1 ? f1Thresholds[level] : '15,000 tokens',
      order: isF1 ? digits.replaceAll(/\d/g, (digit) => letters[Number(digit)] ?? '') : digits,
      shown_operations: '24 operations in 10 min',
      runbook_url: 'https://memory.example/runbooks/f1-score.md',
    },
  }
}
