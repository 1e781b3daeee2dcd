import type { Config, Kpi, Severity } from '@mnemoscope/kpi'
import type { AlertRule, RecordingRule, RuleGroup } from '../rule.js'
import type { RuleTest } from '../rule-tests/rule-test.js'

/** The path of a setting: `['kpis', 'f1_score', 'overrides', 0, 'thresholds', 'warning']`. */
export type SettingPath = readonly (string | number)[]

/** An alert by its name and level. */
export interface NamedAlert {
  readonly name: string
  readonly severity: Severity
}

/** What an alert compares: an expression with a value at each place, whether the alert fires there or not. */
export interface Judged {
  readonly expression: string
  /** Unit of the values, as a KPI has it. */
  readonly unit: string
  readonly worst: 'lowest' | 'highest'
  /** The KPI of whose values the judge records how sure it is; undefined for other alerts. */
  readonly evidenceOf?: Kpi
}

/** One kind of alert that every KPI can raise: everything there is to know of it. */
export interface KpiAlertKind {
  /** Every alert of this kind that a KPI can raise, whatever its settings. */
  readonly alerts: (kpi: Kpi) => readonly NamedAlert[]
  /** Page that says what to do, below the prefix of runbook links. */
  readonly runbook: (kpi: Kpi) => string
  /** Rules in the KPI's own group: they judge the value that was recorded at the same instant. */
  readonly rules?: (config: Config, kpi: Kpi) => AlertRule[]
  /** Rules in groups of their own, with their own interval. */
  readonly groups?: (config: Config, kpi: Kpi) => RuleGroup[]
  /** Tests for promtool of these rules; none where the KPI's settings raise no such alert. */
  readonly tests: (config: Config, kpi: Kpi) => RuleTest[]
  /** The tests' own file, such as `f1_score-trend.yml`, and how often they evaluate. Default: the KPI's file and interval. */
  readonly testFile?: { readonly suffix: string; readonly interval: (config: Config) => string }
  /** What `explain` shows at each place. */
  readonly judged: (kpi: Kpi, alert: NamedAlert) => Judged
  /**
   * Settings that decide when an alert fires.
   * @param threshold the rule's annotation, by which the rules of overrides differ
   */
  readonly settings: (kpi: Kpi, alert: NamedAlert, threshold: string | undefined) => SettingPath[]
}

/** What a pipeline alert says in this configuration. */
export interface PipelineRule {
  readonly expr: string
  readonly for?: string
  /** The number that the expression compares with, where it has one. */
  readonly threshold?: number
  readonly description: string
  /** Rules that the expression reads. */
  readonly recorded?: readonly RecordingRule[]
}

/** One alert by which the pipeline watches itself: everything there is to know of it. */
export interface PipelineAlertKind {
  /** snake_case: `target_down` is the alert `MnemoscopeTargetDown`, and its page is `target-down.md`. */
  readonly id: string
  readonly severity: Severity
  readonly summary: string
  /**
   * Its rule; undefined where the configuration asks for none.
   * @param sha256 hash of the configuration as it is written, whatever addresses its parts have in this run
   */
  readonly rule: (config: Config, sha256: string) => PipelineRule | undefined
  /** Settings that decide when it fires, as dotted paths; none where nothing can be set. */
  readonly settings: readonly string[]
}
