/**
 * Tables of the built-in KPIs in the documentation, made from the catalog:
 *
 *   node --import tsx scripts/kpi-tables.ts
 *
 * `npm run generate` does it too, and a test fails where a page differs.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { catalog, type KpiDeclaration, unitInWords } from '@mnemoscope/kpi'

/** Pages that hold such a table, by their path in the repository. */
export const pagesWithKpiTables = ['README.md', 'docs/configuration.md', 'packages/instrumentation/README.md']

const kpis = Object.entries<KpiDeclaration>(catalog)

/** Tables by the name in their markers. */
const tables: Readonly<Record<string, () => string[]>> = {
  thresholds: () => [
    '| KPI | better | warning / error / critical |',
    '|---|---|---|',
    ...kpis.map(
      ([id, kpi]) => `| \`${id}\` (${kpi.statistic}) | ${better(kpi)} | ${thresholds(kpi, true)} |`,
    ),
  ],
  definitions: () => [
    '| id | unit | measured as | statistic | better | warning / error / critical |',
    '|---|---|---|---|---|---|',
    ...kpis.map(
      ([id, kpi]) =>
        `| \`${id}\` | ${unitOf(kpi)} | ${measuredAs(kpi)} | ${kpi.statistic} | ${better(kpi)} | ${thresholds(kpi, false)} |`,
    ),
  ],
  handles: () => [
    '| on a handle | takes |',
    '|---|---|',
    ...kpis.map(([id, kpi]) => `| \`${id}\` | ${recorded(kpi)} |`),
  ],
}

/** A page with each table between `<!-- kpis NAME -->` and `<!-- /kpis -->` as the catalog has it. */
export function withKpiTables(text: string): string {
  return text.replaceAll(
    /(<!-- kpis (\w+) -->\n)[\s\S]*?(<!-- \/kpis -->)/g,
    (_, begin: string, name: string, end: string) => {
      const lines = tables[name]
      if (lines === undefined) throw new Error(`no table of KPIs is called ${JSON.stringify(name)}`)
      return `${begin}\n${lines().join('\n')}\n\n${end}`
    },
  )
}

function better({ direction }: KpiDeclaration): string {
  return direction === 'higher_is_better' ? 'higher' : 'lower'
}

const units: Readonly<Record<string, string>> = { '1': 'ratio', s: 'seconds', By: 'bytes' }

function unitOf({ unit }: KpiDeclaration): string {
  return units[unit] ?? unitInWords(unit)
}

function measuredAs({ instrument, outcomes }: KpiDeclaration): string {
  return outcomes === undefined ? instrument : `${instrument} by \`${outcomes.label}\``
}

function thresholds({ unit, thresholds: set = {} }: KpiDeclaration, withUnit: boolean): string {
  const values = Object.values(set)
  if (values.length === 0) return 'none'
  const written = values.map((value) =>
    unit === '1' ? value.toFixed(2) : value.toLocaleString('en-US', { maximumFractionDigits: 3 }),
  )
  return `${written.join(' / ')}${withUnit && unit === 's' ? ' s' : ''}`
}

function recorded({ unit, instrument, outcomes }: KpiDeclaration): string {
  if (outcomes !== undefined) {
    const values = [...outcomes.counted, ...outcomes.others, ...outcomes.excluded]
    return `\`.record(${values.map((value) => `'${value}'`).join(' \\| ')})\``
  }
  const number = unit === 'By' ? 'bytes' : 'number'
  const observed = instrument === 'gauge' ? ` or \`.observe(() => ${number})\`` : ''
  return `\`.record(${number})\`${observed}`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = join(fileURLToPath(import.meta.url), '../..')
  for (const page of pagesWithKpiTables) {
    const path = join(root, page)
    const before = readFileSync(path, 'utf8')
    const after = withKpiTables(before)
    if (after === before) continue
    writeFileSync(path, after)
    console.log(`wrote ${page}`)
  }
}
