import type { Kpi } from '../kpi.js'
import { instrumentationMetric, label, latestName, metricName } from '../names.js'
import type { ConfigIssue } from './issues.js'

/** Labels that every series has already, or that Prometheus gives it. */
const takenLabels: readonly string[] = [
  label.job,
  label.instance,
  label.model,
  label.contextSize,
  label.operation,
  'le',
  'quantile',
]

/** Where a KPI's own labels are none: Prometheus refuses everything a service says if a label or series comes twice. */
export function labelIssues(kpi: Kpi, path: string): ConfigIssue[] {
  const issues: ConfigIssue[] = []
  const own = Object.entries(kpi.labels)
  const declared: [path: string, name: string, taken: readonly string[]][] = own.map(([name]) => [
    `${path}.labels.${name}`,
    name,
    takenLabels,
  ])
  if (kpi.outcomes !== undefined) {
    const others = own.map(([name]) => name)
    declared.push([`${path}.outcomes.label`, kpi.outcomes.label, [...takenLabels, ...others]])
  }
  for (const [at, name, taken] of declared) {
    if (!taken.includes(name)) continue
    issues.push({ path: at, value: name, expected: 'another name: its series have a label of this one' })
  }
  for (const [name, values] of own) {
    if (new Set(values).size === values.length) continue
    issues.push({ path: `${path}.labels.${name}`, value: values, expected: 'each value once' })
  }
  return issues
}

/** Where two KPIs would be one metric in Prometheus. */
export function metricIssues(kpis: readonly Kpi[]): ConfigIssue[] {
  const owners = new Map<string, string>(
    Object.values(instrumentationMetric).map((name) => [name, 'the instrumentation itself']),
  )
  return kpis.flatMap((kpi) => {
    const names = [...new Set(namesOf(kpi))]
    const taken = names.find((name) => owners.has(name))
    for (const name of names) if (!owners.has(name)) owners.set(name, `kpis.${kpi.id}`)
    if (taken === undefined) return []
    const expected = `another name for it: its metric ${taken} is that of ${owners.get(taken)}`
    return [{ path: `kpis.${kpi.id}`, value: kpi.outcomes?.counter ?? kpi.id, expected }]
  })
}

/** Names of a KPI's series in Prometheus. */
function namesOf(kpi: Kpi): string[] {
  const metric = metricName(kpi)
  const measured =
    kpi.instrument === 'histogram' ? ['', '_bucket', '_sum', '_count'].map((end) => metric + end) : [metric]
  return [...measured, latestName(kpi)]
}
