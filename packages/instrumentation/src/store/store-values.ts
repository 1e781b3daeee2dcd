import type { Finding, StoreHealth } from '@mnemoscope/evaluation'
import type { storeKpis } from '@mnemoscope/kpi'
import type { Metadata } from '../record/handle-types.js'

/** Characters of a measurement's examples as JSON: more would be cut. */
const longest = 2_048

/** The value of one KPI of a store, and what goes with it. */
export interface StoreValue {
  readonly kpi: keyof typeof storeKpis
  readonly value: number
  readonly metadata: Metadata
}

/** The values that a reading knows. What is unknown has none. */
export function storeValues(health: StoreHealth): StoreValue[] {
  const { entries, addedPerDay, daysSinceLastUse, findings, forgotten, failures } = health
  const { invalid, invalidTimes } = health
  const number = (kpi: StoreValue['kpi'], value: number | undefined | null, metadata = {}): StoreValue[] =>
    value === undefined || value === null ? [] : [{ kpi, value, metadata: { ...metadata, entries } }]
  const share = (kpi: keyof StoreHealth['findings']) => {
    const finding = findings[kpi]
    return number(kpi, finding && finding.count / finding.of, evidence(finding))
  }
  const secrets = findings.entries_with_secrets
  return [
    ...number('stored_entries', entries, { invalid, invalidTimes, forgotten, failures }),
    ...number('entries_added_per_day', addedPerDay),
    ...share('exact_duplicates'),
    ...share('near_duplicates'),
    ...share('tiny_entries'),
    ...number('entries_with_secrets', secrets?.count, evidence(secrets)),
    ...share('never_retrieved'),
    ...share('superseded_returned'),
    ...number('time_since_last_use', daysSinceLastUse?.median, { p95: daysSinceLastUse?.p95 }),
  ]
}

function evidence(finding: Finding | null): Metadata {
  if (finding === null) return {}
  const { count, of } = finding
  let examples = finding.examples
  while (JSON.stringify(examples).length > longest) examples = examples.slice(0, -1)
  return { count, of, examples }
}
