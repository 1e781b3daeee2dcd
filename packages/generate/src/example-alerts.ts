import { type Config, type Kpi, names } from '@mnemoscope/kpi'
import type { KpiAlertKind } from './alerts/alert-kind.js'
import { burn } from './alerts/burn.js'
import { drift } from './alerts/drift.js'
import { noData } from './alerts/no-data.js'
import { trend } from './alerts/trend.js'
import { artificialTrafficNote, humanized, modelAndOperation } from './annotations.js'
import { shownExample } from './example-annotations.js'
import type { AlertRule } from './rule.js'

/** Kinds of alerts that are no breaches of a threshold, by the names that people use. */
const kinds: readonly (readonly [kind: string, KpiAlertKind])[] = [
  ['no data', noData],
  ['trend', trend],
  ['drift', drift],
  ['burn', burn],
]

/** An alert that never was. */
export interface ExampleAlert {
  readonly kind: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

/**
 * An alert of each kind that a configuration can raise beside thresholds and the pipeline, its rule filled in as Prometheus
 * does it: of the first KPI that has one.
 * @param place labels of a place, its service included
 */
export function exampleAlerts(config: Config, place: Readonly<Record<string, string>>): ExampleAlert[] {
  return kinds.flatMap(([kind, { rules, groups }]) => {
    const [first] = Object.values(config.kpis).flatMap((kpi) =>
      [...(rules?.(config, kpi) ?? []), ...(groups?.(config, kpi) ?? []).flatMap((group) => group.rules)]
        .filter((rule) => 'alert' in rule)
        .map((rule) => exampleOf(kpi, rule, place)),
    )
    return first === undefined ? [] : [{ kind, ...first }]
  })
}

function exampleOf(
  kpi: Kpi,
  { alert, labels, annotations }: AlertRule,
  place: Readonly<Record<string, string>>,
): Omit<ExampleAlert, 'kind'> {
  const { model, operation } = names.label
  const { min, max } = kpi.range
  const value = Object.values(kpi.thresholds)[0] ?? (max > 1_000_000 ? 1_000 : (min + max) / 2)
  const filled = (template: string) =>
    template
      .replaceAll(artificialTrafficNote, '')
      .replaceAll(modelAndOperation, `${place[model]} (${place[operation]})`)
      .replaceAll(humanized(kpi), shownExample(value, kpi))
      .replaceAll('{{ $value | humanize }}', '20')
      .replaceAll('{{ $value }}', String(value))
      .replaceAll(/\{\{ \$labels\.(\w+)( \| urlquery)? \}\}/g, (_, label: string, isQuery?: string) => {
        const text = place[label] ?? ''
        return isQuery ? encodeURIComponent(text) : text
      })
      .replaceAll('{{"{{"}}', '{{')
  return {
    labels: { alertname: alert, ...labels, ...place },
    annotations: Object.fromEntries(
      Object.entries(annotations).map(([name, template]) => [name, filled(template)]),
    ),
  }
}
