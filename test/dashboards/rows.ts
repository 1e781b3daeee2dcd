import { expandSql, type Look } from './expand.js'
import { look, queryOf } from './look.js'
import type { SeededPostgres } from './seed/postgres.js'

export type Row = Record<string, unknown>

/** Rows of a panel's query, as Grafana would get them. */
export async function rowsOf(
  postgres: SeededPostgres,
  dashboard: string,
  title: string,
  at: Look = look(),
): Promise<Row[]> {
  const { target } = queryOf(dashboard, title)
  return (await postgres.read(expandSql(String(target.rawSql), at))).rows
}
