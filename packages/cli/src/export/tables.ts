/** What can be exported. */
export const tableNames = ['snapshots', 'episodes', 'measurements'] as const
export type TableName = (typeof tableNames)[number]

/** Which rows an export is of. */
export interface Part {
  readonly from: Date
  /** Included. */
  readonly to: Date
  readonly service?: string | undefined
  readonly model?: string | undefined
  readonly operation?: string | undefined
}

interface Query {
  readonly text: string
  readonly values: readonly unknown[]
}

/** `$1` and `$2` are the ends of a time, the second not included; `$3` to `$5` the rest of a part. */
const inPart = `($3::text IS NULL OR service = $3) AND ($4::text IS NULL OR model = $4) AND ($5::text IS NULL OR operation = $5)`

const inTime = `at >= $1 AND at < $2 AND ${inPart}`

interface Table {
  readonly columns: string
  readonly source: string
  readonly where: string
  readonly order: string
  /** Whether the rows of a time are those of its days one after the other. */
  readonly byDay: boolean
}

const tables: Readonly<Record<TableName, Table>> = {
  snapshots: {
    columns: '*',
    source: 'kpi_values',
    where: inTime,
    order: 'at, service, model, context_size, operation, kpi',
    byDay: true,
  },
  episodes: {
    columns: `*, (SELECT min(at) FROM alert_acknowledgements WHERE episode_id = alert_episodes.id) AS acknowledged_at,
      (SELECT by FROM alert_acknowledgements WHERE episode_id = alert_episodes.id ORDER BY id LIMIT 1) AS acknowledged_by`,
    source: 'alert_episodes',
    // Those that fired at some time of it.
    where: `starts_at < $2 AND (ends_at IS NULL OR ends_at >= $1) AND ${inPart}`,
    order: 'starts_at, id',
    byDay: false,
  },
  measurements: { columns: '*', source: 'measurements', where: inTime, order: 'at, id', byDay: true },
}

/** Asks how many rows a table has of a part. */
export function countQuery(name: TableName, part: Part): Query {
  const { source, where } = tables[name]
  return {
    text: `SELECT count(*) FROM ${source} WHERE ${where}`,
    values: valuesOf(part, part.from, end(part.to)),
  }
}

/**
 * Ask for these rows, oldest first. A table of many rows is asked for day by day: each day is sorted by itself, and no
 * statement takes long.
 */
export function rowQueries(name: TableName, part: Part): Query[] {
  const { columns, source, where, order, byDay } = tables[name]
  const text = `SELECT ${columns} FROM ${source} WHERE ${where} ORDER BY ${order}`
  return (byDay ? daysOf(part) : [[part.from, end(part.to)] as const]).map(([from, until]) => ({
    text,
    values: valuesOf(part, from, until),
  }))
}

type End = Date | string

function valuesOf({ service, model, operation }: Part, from: Date, until: End): unknown[] {
  return [from, until, service ?? null, model ?? null, operation ?? null]
}

/** The first instant after a time, to the microsecond. */
function end(to: Date): string {
  return to.toISOString().replace('Z', '001Z')
}

const dayMs = 86_400_000

/** The UTC days of a time, each from its begin on, before its end. */
function daysOf({ from, to }: Part): (readonly [Date, End])[] {
  const next = new Date((Math.floor(from.getTime() / dayMs) + 1) * dayMs)
  return next > to ? [[from, end(to)]] : [[from, next], ...daysOf({ from: next, to })]
}
