/** A rule that stores an expression's result as a new series. */
export interface RecordingRule {
  readonly record: string
  readonly expr: string
  readonly labels?: Readonly<Record<string, string>>
}

/** A rule that raises an alert for every series its expression returns. */
export interface AlertRule {
  readonly alert: string
  readonly expr: string
  readonly for?: string
  readonly keep_firing_for?: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

export type Rule = RecordingRule | AlertRule

/** Rules that are evaluated in their order at one instant, so that later ones read what earlier ones stored. */
export interface RuleGroup {
  readonly name: string
  readonly interval: string
  readonly rules: readonly Rule[]
}

/** A Prometheus rule file. */
export interface RuleFile {
  readonly groups: readonly RuleGroup[]
}
