import { type Alert, alerts, day, now, type Snapshot, snapshots } from './raw-rows.js'

/** Rows in groups, by the text of their keys. */
export function groups<Row>(rows: readonly Row[], ...keys: readonly ((row: Row) => unknown)[]): Row[][] {
  const found = new Map<string, Row[]>()
  for (const row of rows) {
    const name = JSON.stringify(keys.map((key) => key(row)))
    found.set(name, [...(found.get(name) ?? []), row])
  }
  return [...found.values()]
}

/** Snapshots of a KPI from one instant on, until before another one. */
export function of(kpi: string, from: number, to = now + 1): Snapshot[] {
  return snapshots.filter((row) => row.kpi === kpi && row.at >= from && row.at < to)
}

export function operations(rows: readonly Snapshot[]): number {
  return rows.reduce((sum, { samples }) => sum + (samples ?? 0), 0)
}

export function total(rows: readonly Snapshot[]): number {
  return rows.reduce((sum, { samples, mean }) => sum + (samples ?? 0) * (mean ?? 0), 0)
}

/** Over operations; without any over the values, as of a gauge. Null without both. */
export function mean(rows: readonly Snapshot[]): number | null {
  if (operations(rows) > 0) return total(rows) / operations(rows)
  const values = rows.flatMap(({ value }) => value ?? [])
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
}

export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]]
  return low === undefined || high === undefined ? null : (low + high) / 2
}

export function dayOf(at: number): number {
  return Math.floor(at / day) * day
}

/** Alerts that are no part of another one. */
export const real = alerts.filter(({ at, ends }) => at !== ends)

export const minutesOf = ({ at, ends }: Alert) => ((ends ?? now) - at) / 60_000

/** Days of full hours: the hour that is not over is not in the roll-ups. */
export const thisHour = Math.floor(now / 3_600_000) * 3_600_000

/** A row of an answer. */
export type Row = Readonly<Record<string, unknown>>

export function ascending(...names: string[]) {
  return (a: Row, b: Row) => {
    const name = names.find((each) => a[each] !== b[each]) ?? ''
    return String(a[name]) < String(b[name]) ? -1 : 1
  }
}

export function descending(name: string) {
  return (a: Row, b: Row) => Number(b[name]) - Number(a[name])
}
