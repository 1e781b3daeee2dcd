import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { names } from '@mnemoscope/kpi'
import { parse } from 'yaml'

const folder = fileURLToPath(new URL('../../prometheus/rules/', import.meta.url))

interface RuleFile {
  readonly groups: readonly { readonly rules: readonly { readonly record?: string }[] }[]
}

/** Names of the recorded series that a snapshot is made of, as the generated rules have them. */
export const recordedSeries = readdirSync(folder)
  .flatMap((file) => (parse(readFileSync(`${folder}${file}`, 'utf8')) as RuleFile).groups)
  .flatMap(({ rules }) => rules.flatMap(({ record }) => record ?? []))
  .filter((name, i, all) => names.parseRecordedSeries(name) && all.indexOf(name) === i)

/** Fields that are recorded, by KPI. */
export const fieldsOf = new Map<string, string[]>()
for (const { kpi, field } of recordedSeries.flatMap((name) => names.parseRecordedSeries(name) ?? [])) {
  fieldsOf.set(kpi, [...(fieldsOf.get(kpi) ?? []), field])
}

export const kpis = [...fieldsOf.keys()]

/** KPIs that are distributions. */
export const distributions = kpis.filter((kpi) => fieldsOf.get(kpi)?.includes('p95'))
