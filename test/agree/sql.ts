import { isQuantile, type Kpi, quantileOf } from '@mnemoscope/kpi'
import type { Book, Known, Showing } from './book.js'
import { figuresOf, knownRows } from './known-rows.js'
import type { Checked, Look } from './look.js'
import { knownAlerts } from './shown-values.js'
import { config } from './traffic.js'
import { type KnownRow, quantileRange, type Range } from './truth.js'
import { grouped, meanOf, placeKey, quantileColumns, totalsOf, worstOf } from './window.js'

type Row = Readonly<Record<string, unknown>>

/** Compares the views and functions of the database. */
export async function checkSql(checked: Checked, book: Book): Promise<void> {
  const { running, looks } = checked
  const comments = await commentsOf(checked)
  const ask = async (sql: string, { from, to }: Look): Promise<Row[]> =>
    (await running.pool.query<Row>(sql, [from, to])).rows
  /** Numbers of rows: each column by the comment of its view, or of the function that gives it. */
  const showings = (
    rows: readonly Row[],
    keyOf: (row: Row) => string,
    columns: readonly string[],
    of: string,
  ): Showing[] =>
    rows.flatMap((row) =>
      columns.map((column) => ({
        of: `${column} ${keyOf(row)}`,
        value: row[column] === null ? null : Number(row[column]),
        meaning: comments.get(`${of}.${column}`) ?? comments.get(of),
      })),
    )
  const named = (row: Row) => [row.kpi, row.service, row.model, row.context_size, row.operation].join(' ')

  for (const look of Object.values(looks)) {
    const compared = await ask(`SELECT * FROM compare_models($1, $2)`, look)
    book.compare(
      'SQL compare_models',
      showings(compared, (row) => `${named(row)} ${look.from.toISOString()}`, totalColumns, 'compare_models'),
      totalsByPlace(look, look.from.toISOString()),
    )
    const weeks = await ask(`SELECT * FROM compare_weeks($1, $2)`, look)
    book.compare(
      'SQL compare_weeks',
      showings(
        weeks,
        (row) => `${named(row)} ${look.from.toISOString()}`,
        ['snapshots', 'samples', 'mean', 'mean_before', 'change', 'p95', 'p95_before'],
        'compare_weeks',
      ),
      new Map([
        ...[...totalsByPlace(look, look.from.toISOString())].filter(
          ([key]) => !/^(?:lowest|highest|p50|p99)/.test(key),
        ),
        ...[...grouped(look.rows, placeKey).keys()].flatMap((key) =>
          ['mean_before', 'change', 'p95_before'].map(
            (name) => [`${name} ${key} ${look.from.toISOString()}`, null] as const,
          ),
        ),
      ]),
    )
    const added = await ask(
      `SELECT kpi, service, model, context_size, operation, sum(count)::float8 AS count, sum(samples) AS samples,
         sum(samples_total) AS samples_total, min(lowest) AS lowest, max(highest) AS highest,
         quantile_of_buckets(kpi, sum(buckets), 0.95) AS p95, count_of_buckets(sum(buckets)) AS bucketed
       FROM window_values($1, $2) JOIN series ON series.id = series_id GROUP BY 1, 2, 3, 4, 5`,
      look,
    )
    book.compare(
      'SQL window_values',
      showings(
        added,
        (row) => `${named(row)} ${look.from.toISOString()}`,
        ['count', 'samples', 'samples_total', 'lowest', 'highest', 'p95', 'bucketed'],
        'window_values',
      ),
      new Map(
        [...grouped(look.rows, placeKey)].flatMap(([key, rows]) => {
          const { snapshots, samples, sum, lowest, highest, p95 } = totalsOf(rows)
          const bucketed = rows[0]?.kpi.instrument === 'histogram' ? samples : null
          const numbers = { count: snapshots, samples, samples_total: sum, lowest, highest, p95, bucketed }
          return Object.entries(numbers).map(
            ([name, value]) => [`${name} ${key} ${look.from.toISOString()}`, value] as const,
          )
        }),
      ),
    )
  }

  const { all } = looks
  const values = await ask(
    `SELECT *, extract(epoch FROM at)::float8 AS second FROM kpi_values WHERE at > $1 AND at <= $2`,
    all,
  )
  book.compare(
    'SQL kpi_values',
    showings(values, (row) => `${named(row)} ${row.second}`, rowColumns, 'kpi_values'),
    knownRows(checked),
  )
  const hours = await ask(
    `SELECT *, extract(epoch FROM hour)::float8 AS second FROM kpi_hours WHERE hour >= $1 AND hour <= $2::timestamptz - interval '1 hour'`,
    all,
  )
  book.compare(
    'SQL kpi_hours',
    showings(hours, (row) => `${named(row)} ${row.second}`, [...totalColumns, 'sum'], 'kpi_hours'),
    hoursOf(checked),
  )
  await checkOverall(checked, book, comments)
  await checkAlerts(checked, book, comments)
}

/** Columns of what is added up. */
const totalColumns = ['snapshots', 'samples', 'mean', 'lowest', 'highest', ...quantileColumns]
const rowColumns = ['value', 'samples', 'mean', 'p50', 'p95', 'p99', 'max']

function totalsByPlace({ rows }: Look, suffix: string): Known {
  return new Map(
    [...grouped(rows, placeKey)].flatMap(([key, own]) => {
      const totals = totalsOf(own)
      return (['snapshots', 'samples', 'mean', 'lowest', 'highest', ...quantileColumns] as const).map(
        (name) => [`${name} ${key} ${suffix}`, totals[name]] as const,
      )
    }),
  )
}

/** Full hours of the time. A snapshot at its end belongs to the next one. */
function hoursOf({ looks, time: { start, minutes } }: Checked): Known {
  const hourOf = ({ minute }: KnownRow) => Math.floor((start + minute * 60) / 3_600) * 3_600
  const isFull = (hour: number) => hour >= start && hour + 3_600 <= start + minutes * 60
  return new Map(
    [
      ...grouped(
        looks.all.rows.filter((row) => isFull(hourOf(row))),
        (row) => `${placeKey(row)} ${hourOf(row)}`,
      ),
    ].flatMap(([key, rows]) =>
      Object.entries(totalsOf(rows)).flatMap(([name, value]) =>
        name === 'quantile' ? [] : [[`${name} ${key}`, value] as const],
      ),
    ),
  )
}

/** Rows over all operations of a place. */
async function checkOverall(
  { running, time, looks }: Checked,
  book: Book,
  comments: Comments,
): Promise<void> {
  const { rows } = await running.pool.query<Row>(
    `SELECT *, extract(epoch FROM timestamp)::float8 AS second FROM performance_snapshots WHERE timestamp > $1 AND timestamp <= $2`,
    [looks.all.from, looks.all.to],
  )
  const ids = Object.keys(config.kpis)
  const keyOf = (row: Row) =>
    [row.service, row.model, (row.metadata as { context_size: string }).context_size, row.second].join(' ')
  const shown = rows.flatMap((row) =>
    ids.flatMap((id) => {
      const distribution = (row.distributions as Record<string, Record<string, number | null>>)[id]
      const meaning = (column: string) => comments.get(`performance_snapshots.${column}`)
      return [
        {
          of: `value ${id} ${keyOf(row)}`,
          value: row[id] === null ? null : Number(row[id]),
          meaning: meaning(id),
        },
        ...Object.entries(distribution ?? {}).map(([name, value]) => ({
          of: `${name === 'count' ? 'samples' : name} ${id} ${keyOf(row)}`,
          value,
          meaning: meaning('distributions'),
        })),
      ]
    }),
  )
  const known = new Map<string, number | Range | null>()
  const places = new Set(looks.all.rows.map((row) => overallKey(row, time.start)))
  for (const place of places) for (const id of ids) known.set(`value ${id} ${place}`, null)
  for (const [key, own] of grouped(looks.all.rows, (row) => `${row.kpi.id} ${overallKey(row, time.start)}`)) {
    const { kpi } = own[0] as KnownRow
    const values = own.flatMap((row) => row.values)
    known.set(`value ${key}`, overallValue(kpi, own))
    for (const [name, value] of Object.entries(figuresOf(kpi, values))) known.set(`${name} ${key}`, value)
  }
  book.compare('SQL performance_snapshots', shown, known)
}

function overallKey({ place, minute }: KnownRow, start: number): string {
  return [place.service, place.model, place.contextSize, start + minute * 60].join(' ')
}

/** The KPI's statistic over all operations of a place. */
function overallValue(kpi: Kpi, rows: readonly KnownRow[]): Range | null {
  const [only] = rows
  if (rows.length === 1) return only?.value ?? null
  const known = rows.flatMap(({ value, values }) =>
    value === undefined ? [] : [{ value, count: values.length }],
  )
  if (kpi.instrument === 'gauge')
    return worstOf(
      kpi,
      known.map(({ value }) => value),
    )
  if (isQuantile(kpi.statistic)) {
    const weighted = rows.flatMap(({ values }) => values.map((value) => ({ value, weight: 1 })))
    return quantileRange(weighted, quantileOf(kpi.statistic), kpi.boundaries) ?? null
  }
  const count = known.reduce((sum, each) => sum + each.count, 0)
  if (count === 0) return null
  return meanOf(known.flatMap(({ value, count: times }) => Array.from({ length: times }, () => value)))
}

async function checkAlerts(checked: Checked, book: Book, comments: Comments): Promise<void> {
  const { running } = checked
  const { rows } = await running.pool.query<Row>(
    `SELECT *, extract(epoch FROM timestamp)::float8 AS began, extract(epoch FROM ends_at)::float8 AS ended FROM alerts
     WHERE metric_type IS NOT NULL`,
  )
  const keyOf = (row: Row) =>
    [
      row.metric_type,
      row.service,
      row.model,
      (row.metadata as Row).context_size ?? row.context_size,
      row.operation,
      row.level,
    ].join(' ')
  book.compare(
    'SQL alerts',
    rows.flatMap((row) =>
      (
        [
          ['began', row.began, 'timestamp'],
          ['ended', row.ended, 'ends_at'],
          ['threshold', row.threshold, 'threshold'],
          ['at start', row.current_value, 'current_value'],
          ['worst', row.peak_value, 'peak_value'],
        ] as const
      ).map(([name, value, column]) => ({
        of: `${name} ${keyOf(row)}`,
        value: value === null ? null : Number(value),
        meaning: comments.get(`alerts.${column}`),
      })),
    ),
    knownAlerts(checked),
  )
}

export type Comments = ReadonlyMap<string, string>

/** What the database says of its views' columns, `view.column`, and of its functions. */
export async function commentsOf({ running }: Pick<Checked, 'running'>): Promise<Comments> {
  const { rows } = await running.pool.query<{ name: string; text: string }>(
    `SELECT relname || '.' || attname AS name, col_description(pg_class.oid, attnum) AS text
     FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
     WHERE relkind IN ('v', 'r', 'p') AND attnum > 0 AND col_description(pg_class.oid, attnum) IS NOT NULL
     UNION ALL
     SELECT proname, obj_description(oid, 'pg_proc') FROM pg_proc WHERE obj_description(oid, 'pg_proc') IS NOT NULL
       AND pronamespace = current_schema()::regnamespace`,
  )
  return new Map(rows.map(({ name, text }) => [name, text]))
}
