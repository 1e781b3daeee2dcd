import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { catalog, type KpiDeclaration, unitInWords } from '@mnemoscope/kpi'

/** Everything that makes the recorder's tables, views and functions in an empty schema. */
export interface Baseline {
  readonly sql: string
  /** Hash of the statements. A database remembers it, and a recorder with another one refuses that database. */
  readonly sha256: string
  /** What the statements make, in their order. */
  readonly objects: readonly SchemaObject[]
}

export interface SchemaObject {
  readonly kind: 'TABLE' | 'VIEW' | 'FUNCTION'
  readonly name: string
}

const folder = new URL('../../baseline/', import.meta.url)
const kpiColumns = '{{kpi_columns}}'
const kpiColumnComments = '{{kpi_column_comments}}'

/** The baseline of this version of the recorder: the files of `baseline/` in order, with a column for each built-in KPI. */
export async function readBaseline(): Promise<Baseline> {
  const files = (await readdir(folder)).filter((file) => /^\d{2}_\w+\.sql$/.test(file)).sort()
  const texts = await Promise.all(files.map((file) => readFile(new URL(file, folder), 'utf8')))
  return baselineFrom(texts, catalog)
}

/** @param kpis the KPIs that get a column of `performance_snapshots`, by id, in order */
export function baselineFrom(
  files: readonly string[],
  kpis: Readonly<Record<string, KpiDeclaration>>,
): Baseline {
  const columns = Object.keys(kpis)
    .map((id) => `max(value) FILTER (WHERE kpi = '${id}') AS ${id}`)
    .join(',\n    ')
  const comments = Object.entries(kpis)
    .map(
      ([id, kpi]) =>
        `COMMENT ON COLUMN performance_snapshots.${id} IS '${meaningOf(kpi).replaceAll("'", "''")}';`,
    )
    .join('\n')
  // A checkout on Windows must not be another baseline.
  const sql = files
    .join('\n')
    .replaceAll('\r\n', '\n')
    .replaceAll(kpiColumns, () => columns)
    .replaceAll(kpiColumnComments, () => comments)
  const objects = [...sql.matchAll(/^CREATE (TABLE|VIEW|FUNCTION) (\w+)/gm)].map(([, kind, name]) => ({
    kind: kind as SchemaObject['kind'],
    name: name as string,
  }))
  return { sql, sha256: createHash('sha256').update(sql).digest('hex'), objects }
}

const units: Readonly<Record<string, string>> = { '1': 'ratio', s: 'seconds', By: 'bytes' }

/** What a column of a KPI holds, for people. */
function meaningOf({ title, description, unit, statistic }: KpiDeclaration): string {
  return `${title}, ${statistic}, in ${units[unit] ?? unitInWords(unit)}: ${description} NULL where unknown.`
}
