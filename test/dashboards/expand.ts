import { durationSeconds } from '@mnemoscope/kpi'

/** What is chosen in a dashboard's variables: a list of values, or `All`. */
export type Selection = Readonly<Record<string, readonly string[] | 'All'>>

/** The moment and the width at which a dashboard is looked at. */
export interface Look {
  readonly from: Date
  readonly to: Date
  readonly selection: Selection
  /** Value of the variable `window`. */
  readonly window: string
  /** Points that a panel has room for, where it sets no limit of its own. */
  readonly maxDataPoints: number
  /** The data source's least interval in seconds: the scrape interval, or that of snapshots. */
  readonly leastInterval: number
}

/** What "All" stands for: variables here have a custom one, which Grafana inserts as it is, in any format. */
const allOf = (name: string) => (name === 'operation' ? '.*' : '.+')

/**
 * Seconds between two points of a chart. Grafana rounds to pleasant intervals; those that matter here.
 * https://github.com/grafana/grafana/blob/main/packages/grafana-data/src/datetime/rangeutil.ts (roundInterval)
 */
export function intervalSeconds(look: Look, leastStep = look.leastInterval): number {
  const pleasant = [
    1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1_200, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200,
  ]
  const exact = (look.to.getTime() - look.from.getTime()) / 1_000 / look.maxDataPoints
  const rounded = pleasant.findLast(
    (_, i) => i === 0 || ((pleasant[i - 1] as number) + (pleasant[i] as number)) / 2 <= exact,
  )
  return Math.max(rounded ?? 1, leastStep)
}

/** A PromQL query as Prometheus gets it from Grafana. */
export function expandPromql(expr: string, look: Look, leastStep?: number): string {
  const interval = intervalSeconds(look, leastStep)
  const rate = Math.max(interval + look.leastInterval, 4 * look.leastInterval)
  return expr
    .replaceAll('$__rate_interval', `${rate}s`)
    .replaceAll('$__interval', `${interval}s`)
    .replaceAll('$window', look.window)
    .replaceAll(/\$(job|instance|model|context_size|operation)\b/g, (_, name: string) =>
      promqlPattern(name, look.selection[name]),
    )
}

/** An SQL query as Postgres gets it: variables by the browser, then `$__interval` and the macros by the server. */
export function expandSql(sql: string, look: Look): string {
  const chosen = sql.replaceAll(/\$\{(\w+):regex\}/g, (_, name: string) =>
    regexFormat(name, look.selection[name]),
  )
  return chosen
    .replaceAll('$__interval', `${intervalSeconds(look)}s`)
    .replaceAll(/\$([_a-zA-Z0-9]+)\(([^)]*)\)/g, (_, name: string, args: string) =>
      macro(
        name,
        args.split(',').map((arg) => arg.trim()),
        look,
      ),
    )
}

/** Grafana's macros of its Postgres data source: pkg/tsdb/grafana-postgresql-datasource/macros.go. */
function macro(name: string, [column = '', interval = '']: readonly string[], { from, to }: Look): string {
  switch (name) {
    case '__timeFilter':
      return `${column} BETWEEN '${from.toISOString()}' AND '${to.toISOString()}'`
    case '__timeFrom':
      return `'${from.toISOString()}'`
    case '__timeTo':
      return `'${to.toISOString()}'`
    case '__timeGroupAlias': {
      const seconds = durationSeconds(interval.replaceAll("'", ''))
      return `floor(extract(epoch from ${column})/${seconds})*${seconds} AS "time"`
    }
    default:
      throw new Error(`Grafana would answer: unknown macro ${JSON.stringify(name)}`)
  }
}

/**
 * Values of a multi-value variable within a PromQL string, as Grafana's Prometheus data source writes them. It leaves
 * double quotes alone, unless its feature `prometheusSpecialCharsInLabelValues` is on.
 * https://github.com/grafana/grafana/blob/main/packages/grafana-prometheus/src/escaping.ts
 */
function promqlPattern(name: string, values: Selection[string] | undefined): string {
  return pattern(name, values, (value) =>
    value.replaceAll('\\', '\\\\\\\\').replaceAll(/[$^*{}[\]+?.()|]/g, '\\\\$&'),
  )
}

/** The format `regex` of a variable. */
function regexFormat(name: string, values: Selection[string] | undefined): string {
  return pattern(name, values, (value) => value.replaceAll(/[\\^$*+?.()|[\]{}/]/g, '\\$&'))
}

function pattern(
  name: string,
  values: Selection[string] | undefined,
  escaping: (value: string) => string,
): string {
  if (values === undefined) throw new Error('the dashboard uses a variable that is not there')
  if (values === 'All') return allOf(name)
  const escaped = values.map(escaping)
  return escaped.length === 1 ? (escaped[0] as string) : `(${escaped.join('|')})`
}
