import { postgres, prometheus, reference } from './data-source.js'

/** A query of a panel. Not in Grafana's schema, which leaves targets to the data sources. */
export interface Target {
  readonly refId: string
  readonly datasource: { readonly type: string; readonly uid: string }
  readonly [key: string]: unknown
}

export interface PromqlOptions {
  /** Default `A`. Names the value column of a table: `Value #A`. */
  readonly refId?: string
  /** Name of each series: `{{model}}`. */
  readonly legend?: string
  /** Default `time_series`. */
  readonly format?: 'time_series' | 'table' | 'heatmap'
  /** Least step of a range query, in Prometheus' notation: below it nothing new was stored. */
  readonly step?: string
}

/** A PromQL query at every step of the dashboard's time range. */
export function rangeQuery(expr: string, options: PromqlOptions = {}): Target {
  return { ...promql(expr, options), range: true, instant: false }
}

/** A PromQL query at the end of the dashboard's time range. */
export function instantQuery(expr: string, options: PromqlOptions = {}): Target {
  return { ...promql(expr, options), range: false, instant: true }
}

function promql(expr: string, { refId = 'A', legend, format, step }: PromqlOptions): Target {
  return {
    refId,
    datasource: reference(prometheus),
    editorMode: 'code',
    expr,
    format: format ?? 'time_series',
    ...(step === undefined ? {} : { interval: step }),
    ...(legend === undefined ? {} : { legendFormat: legend }),
  }
}

/**
 * An SQL query.
 * @param format `time_series` needs a column `time`, and makes a series of each value of the column `metric`
 */
export function sqlQuery(rawSql: string, format: 'table' | 'time_series' = 'table'): Target {
  return {
    refId: 'A',
    datasource: reference(postgres),
    editorMode: 'code',
    format,
    rawQuery: true,
    rawSql: rawSql.trim(),
  }
}
