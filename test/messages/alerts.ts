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
  /** What the rule says of the breach as a whole. */
  readonly course?: Course
}

export interface Course {
  readonly worst: number
  /** Where that was, in words. */
  readonly at: string
  readonly places: number
  /** As `29 Nov 12:03:30`. */
  readonly since: string
  /** As Prometheus writes it: `2m 30s`. */
  readonly lasted: string
}

const f1Thresholds = { warning: '0.80', error: '0.75', critical: '0.70' } as const
const letters = 'jihgfedcba'

/** An alert of a threshold with the annotations that Prometheus fills in from the generated rules. */
export function breachAlert(breach: Breach): Alert {
  const {
    level,
    value,
    service = 'demo',
    model = 'gpt-4o',
    operation = 'search',
    kpi = 'f1_score',
    course,
  } = breach
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
      shown_operations: '24 operations in 10 min, 18 of them at or beyond it',
      ...(course === undefined
        ? {}
        : {
            shown_worst: isF1 ? String(course.worst) : `${course.worst} tokens`,
            shown_worst_place: course.at,
            shown_places: String(course.places),
            shown_since: course.since,
            shown_lasted: course.lasted,
          }),
      runbook_url: 'https://memory.example/runbooks/f1-score.md',
    },
  }
}

/** The alert that holds back the end of a level at its place. */
export function easedAlert({ labels: { severity = '', alertname, ...place } }: Alert): Alert {
  return {
    labels: { ...place, alertname: 'MnemoscopeEased', severity: 'none', eased: severity },
    annotations: {},
  }
}
