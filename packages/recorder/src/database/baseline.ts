import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { catalog } from '@mnemoscope/kpi'

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

/** The baseline of this version of the recorder: the files of `baseline/` in order, with a column for each built-in KPI. */
export async function readBaseline(): Promise<Baseline> {
  const files = (await readdir(folder)).filter((file) => /^\d{2}_\w+\.sql$/.test(file)).sort()
  const texts = await Promise.all(files.map((file) => readFile(new URL(file, folder), 'utf8')))
  return baselineFrom(texts, Object.keys(catalog))
}

/** @param kpis ids of the KPIs that get a column of `performance_snapshots`, in order */
export function baselineFrom(files: readonly string[], kpis: readonly string[]): Baseline {
  const columns = kpis.map((id) => `max(value) FILTER (WHERE kpi = '${id}') AS ${id}`).join(',\n    ')
  // A checkout on Windows must not be another baseline.
  const sql = files.join('\n').replaceAll('\r\n', '\n').replaceAll(kpiColumns, columns)
  const objects = [...sql.matchAll(/^CREATE (TABLE|VIEW|FUNCTION) (\w+)/gm)].map(([, kind, name]) => ({
    kind: kind as SchemaObject['kind'],
    name: name as string,
  }))
  return { sql, sha256: createHash('sha256').update(sql).digest('hex'), objects }
}
