import { type Config, type Kpi, names } from '@mnemoscope/kpi'
import { links } from '../annotations.js'
import type { AlertRule, Rule } from '../rule.js'
import type { Judged, KpiAlertKind, NamedAlert, PipelineAlertKind, SettingPath } from './alert-kind.js'
import { burn } from './burn.js'
import { drift } from './drift.js'
import { noData } from './no-data.js'
import { pipelineAlertKinds } from './pipeline.js'
import { threshold } from './threshold.js'
import { trend } from './trend.js'

/** Every kind of alert that a KPI can raise, in the order of their rules. */
export const kpiAlertKinds: readonly KpiAlertKind[] = [threshold, noData, trend, drift, burn]

export { pipelineAlertKinds }

/** Rules of the alerts by which the pipeline watches itself. */
export function pipelineRules(config: Config, sha256: string): Rule[] {
  return pipelineAlertKinds.flatMap((kind) => pipelineAlertRules(config, sha256, kind))
}

function pipelineAlertRules(config: Config, sha256: string, kind: PipelineAlertKind): Rule[] {
  const rule = kind.rule(config, sha256)
  if (rule === undefined) return []
  const { expr, description, threshold, recorded = [] } = rule
  const alert: AlertRule = {
    alert: names.pipelineAlertName(kind.id),
    expr,
    ...(rule.for === undefined ? {} : { for: rule.for }),
    labels: { [names.label.severity]: kind.severity },
    annotations: {
      summary: kind.summary,
      description,
      value: '{{ $value }}',
      ...(threshold === undefined ? {} : { threshold: String(threshold) }),
      ...links(config, `${kind.id.replaceAll('_', '-')}.md`),
    },
  }
  return [...recorded, alert]
}

/** Where an alert comes from. */
export interface AlertOrigin {
  /** What it compares at each place; undefined for alerts of the pipeline, which record nothing of it. */
  readonly judged: Judged | undefined
  /**
   * Settings that decide when it fires.
   * @param threshold annotation of the rule, by which the rules of overrides differ
   */
  readonly settings: (threshold?: string) => SettingPath[]
}

/** Where the alert of this name comes from; undefined where the configuration can raise none of it. */
export function originOfAlert(config: Pick<Config, 'kpis'>, name: string): AlertOrigin | undefined {
  const ofPipeline = pipelineAlertKinds.find(({ id }) => names.pipelineAlertName(id) === name)
  if (ofPipeline !== undefined) {
    return { judged: undefined, settings: () => ofPipeline.settings.map((path) => path.split('.')) }
  }
  for (const kpi of Object.values(config.kpis)) {
    for (const kind of kpiAlertKinds) {
      const alert = kind.alerts(kpi).find((each) => each.name === name)
      if (alert !== undefined) return originOfKpiAlert(kind, kpi, alert)
    }
  }
  return undefined
}

function originOfKpiAlert(kind: KpiAlertKind, kpi: Kpi, alert: NamedAlert): AlertOrigin {
  return {
    judged: kind.judged(kpi, alert),
    settings: (threshold) => kind.settings(kpi, alert, threshold),
  }
}
