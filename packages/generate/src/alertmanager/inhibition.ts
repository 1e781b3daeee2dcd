import { compareSeverity, names, thresholdSeverities } from '@mnemoscope/kpi'

const { kpi, job, model, contextSize, severity } = names.label

/**
 * At one place only the worst level of a KPI is told of: CRITICAL mutes ERROR and WARNING, ERROR mutes WARNING.
 * Only alerts with a KPI take part: two alerts that both lack a label would count as equal in it.
 */
export function inhibitRules(): object[] {
  return thresholdSeverities.toReversed().flatMap((source) => {
    const milder = thresholdSeverities.filter((level) => compareSeverity(level, source) < 0)
    if (milder.length === 0) return []
    return [
      {
        source_matchers: [`${severity}="${source}"`, `${kpi}=~".+"`],
        target_matchers: [`${severity}=~"${milder.join('|')}"`, `${kpi}=~".+"`],
        equal: [kpi, job, model, contextSize],
      },
    ]
  })
}
