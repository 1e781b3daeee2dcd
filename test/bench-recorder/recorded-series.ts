import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig, names } from '@mnemoscope/kpi'
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

/** Buckets of a distribution, as its rules record them: the name of the series, and all boundaries, ascending. */
export const bucketSeries = new Map(
  Object.values(defineConfig({}).kpis)
    .filter(({ id }) => distributions.includes(id))
    .map((kpi) => [
      kpi.id,
      {
        name: names.recordedSeries.buckets(kpi),
        boundaries: [...kpi.boundaries, Number.POSITIVE_INFINITY],
      },
    ]),
)

/** Operations of a snapshot. */
export const operations = 40

/** How many operations are in each bucket: eight neighbouring ones are in use, or as many as there are. */
export function bucketsIn(boundaries: readonly number[]): [upper: number, count: number][] {
  const used = boundaries.slice(0, -1).slice(-10, -2)
  return used.map((upper, i) => [
    upper,
    Math.floor(((i + 1) * operations) / used.length) - Math.floor((i * operations) / used.length),
  ])
}
