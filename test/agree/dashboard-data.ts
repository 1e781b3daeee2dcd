import type { AnswerOf } from '@mnemoscope/recorder'
import type { Book, Showing } from './book.js'
import type { Described } from './described.js'
import { figuresOf } from './known-rows.js'
import type { Checked, Look } from './look.js'
import { config } from './traffic.js'
import type { KnownRow, Range } from './truth.js'
import { grouped, meanOf, placeKey, seriesKey, totalsOf } from './window.js'

export type Dashboard = AnswerOf<'GET /api/dashboard'>
export type Place = {
  readonly service: string
  readonly model: string
  readonly context_size: string
  readonly operation: string
}

const ids = Object.keys(config.kpis)

export const keyOf = ({ service, model, context_size, operation }: Place) =>
  [service, model, context_size, operation].join(' ')

/** What is known of the numbers of `/api/dashboard`, which the JSON of the report has too. */
export function compareDashboard(
  surface: string,
  data: Dashboard,
  look: Look,
  described: Described,
  { truth, time }: Checked,
  book: Book,
): void {
  const { rows } = look
  const known = new Map<string, number | Range | null>()
  const put = (key: string, value: number | Range | null) => known.set(key, value)
  const shown: Showing[] = []
  const show = (of: string, value: number | null | undefined, meaning: string | null | undefined) =>
    shown.push({ of, value: value ?? null, meaning: meaning ?? (value === null ? 'unknown' : undefined) })

  const seriesRows = new Set(rows.map((row) => `${seriesKey(row)} ${row.minute}`))
  put('total_snapshots', seriesRows.size)
  for (const id of ids) {
    const { mean, lowest, highest, quantile } = totalsOf(rows.filter(({ kpi }) => kpi.id === id))
    put(`avg_${id}`, mean)
    put(`min_${id}`, lowest)
    put(`max_${id}`, highest)
    put(`quantile_${id}`, quantile)
  }
  for (const [name, value] of Object.entries(data.summary))
    show(name, value, data.summary_of[name] ?? described('summary', name))

  const byModel = grouped(rows, ({ place }) => place.model)
  for (const [model, own] of byModel) {
    put(`count of ${model}`, new Set(own.map((row) => `${seriesKey(row)} ${row.minute}`)).size)
    for (const id of ids) {
      const totals = totalsOf(own.filter(({ kpi }) => kpi.id === id))
      put(`avg_${id} of ${model}`, totals.mean)
      put(`quantile_${id} of ${model}`, totals.quantile)
    }
  }
  for (const [model, figures] of Object.entries(data.model_performance))
    for (const [name, value] of Object.entries(figures))
      show(
        `${name} of ${model}`,
        value,
        data.model_performance_of[model]?.[name] ?? described('model_performance', name),
      )

  for (const [place, own] of grouped(rows, ({ place: { model, operation } }) => `${model} (${operation})`)) {
    put(`count of ${place}`, new Set(own.map((row) => `${seriesKey(row)} ${row.minute}`)).size)
    for (const id of ids) {
      const totals = totalsOf(own.filter(({ kpi }) => kpi.id === id))
      put(`avg_${id} of ${place}`, totals.mean)
      put(`samples_${id} of ${place}`, totals.samples)
      put(`quantile_${id} of ${place}`, totals.quantile)
    }
  }
  for (const { model, operation, figures, figures_of } of data.operation_performance)
    for (const [name, value] of Object.entries(figures))
      show(
        `${name} of ${model} (${operation})`,
        value,
        figures_of[name] ??
          described('operation_performance', name.startsWith('samples_') ? 'samples' : name),
      )

  for (const snapshot of data.recent_snapshots)
    for (const id of ids)
      show(
        `${id} ${keyOf(snapshot)} ${snapshot.timestamp}`,
        snapshot[id] as number | null,
        described('recent_snapshots', '*'),
      )
  for (const { place, kpi, minute, value } of rows)
    put(`${kpi.id} ${seriesKey({ place })} ${time.start + minute * 60}`, value ?? null)
  // A snapshot of a series has a place for every KPI.
  for (const { place, minute } of rows)
    for (const id of ids) {
      const key = `${id} ${seriesKey({ place })} ${time.start + minute * 60}`
      if (!known.has(key)) put(key, null)
    }

  for (const current of data.current)
    for (const [id, figures] of Object.entries(current.kpis))
      for (const name of ['value', 'samples', 'mean', 'p50', 'p95', 'p99', 'max'] as const)
        show(`${name} ${id} ${keyOf(current)} now`, figures[name], described('current', name))
  for (const current of data.current)
    for (const [id, { last_operation }] of Object.entries(current.kpis))
      show(`last operation ${id} ${keyOf(current)}`, last_operation, described('current', 'last_operation'))
  for (const [key, own] of grouped(rows, placeKey)) {
    const newest = own.at(-1) as KnownRow
    for (const [name, value] of Object.entries({
      value: newest.value ?? null,
      ...figuresOf(newest.kpi, newest.values),
    }))
      put(`${name} ${key} now`, value)
    const last = own.findLast(({ values }) => values.length > 0)
    const at = last === undefined ? undefined : time.start + last.minute * 60
    put(`last operation ${key}`, at === undefined ? null : { low: at, high: at + 300 })
  }

  for (const id of ids) {
    const details = data.trend_details[id]
    for (const [at, value] of details?.points ?? [])
      show(`${id} at ${at}`, value, described('trend_details', 'points'))
    const step = stepOf(details?.points ?? [])
    const own = rows.filter(({ kpi, value }) => kpi.id === id && value !== undefined)
    for (const [at, group] of grouped(own, ({ minute }) =>
      String(Math.floor((time.start + minute * 60) / step) * step),
    ))
      put(`${id} at ${at}`, meanOf(group.flatMap(({ value }) => value ?? [])))
  }

  const from = look.from.getTime() / 1_000 - time.start
  const to = look.to.getTime() / 1_000 - time.start
  const fired = truth.alerts.filter(
    (alert) => alert.from <= to && (alert.to ?? Number.POSITIVE_INFINITY) >= from,
  )
  put('total_alerts', fired.length)
  show('total_alerts', data.alert_summary.total_alerts, described('alert_summary', 'total_alerts'))
  for (const level of ['critical', 'error', 'warning', 'info'] as const) {
    put(`${level} alerts`, fired.filter(({ severity }) => severity === level).length)
    show(
      `${level} alerts`,
      data.alert_summary.alert_counts[level],
      described('alert_summary', 'alert_counts'),
    )
  }
  book.compare(surface, shown, known, 'isPart')
  // Nothing that must be there may be left out.
  const seen = new Set(shown.map(({ of }) => of))
  const needed = [...known.keys()].filter(
    (key) =>
      known.get(key) !== null &&
      /^(?:avg_|min_|max_|quantile_|count|samples_|total_)/.test(key) &&
      !seen.has(key),
  )
  book.compare(surface, [], new Map(needed.map((key) => [key, known.get(key) ?? null])))
}

/** Seconds from one point of a trend to the next: the least distance, as steps without a value are left out. */
function stepOf(points: readonly (readonly [number, number])[]): number {
  const distances = points.slice(1).map(([at], i) => at - (points[i]?.[0] ?? at))
  return Math.min(...distances)
}
