import { counterReach, names } from '@mnemoscope/kpi'
import { rangeOf } from '../prometheus-client.js'

export interface Range {
  /** Unix seconds of the first and the last evaluation, and seconds from one to the next. */
  readonly start: number
  readonly end: number
  readonly step: number
}

/** A value at each evaluation of a range; undefined where there is none. */
export type Column = readonly (number | undefined)[]

/** One series of a query. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>
  readonly column: Column
}

/** A query at each evaluation of a range. NaN and infinite values are left out. */
export async function columnsOf(url: string, expression: string, range: Range): Promise<Series[]> {
  const steps = Math.floor((range.end - range.start) / range.step) + 1
  const found = new Map<
    string,
    { labels: Readonly<Record<string, string>>; column: (number | undefined)[] }
  >()
  await rangeOf(url, expression, range, (labels, values) => {
    const key = JSON.stringify(Object.entries(labels).sort())
    const known = found.get(key) ?? { labels, column: new Array<number | undefined>(steps).fill(undefined) }
    found.set(key, known)
    for (const [at, text] of values) {
      const value = Number(text)
      if (Number.isFinite(value)) known.column[Math.round((at - range.start) / range.step)] = value
    }
  })
  return [...found.values()]
}

/** The newest sample of a series at each evaluation, and the highest since the one before where that is higher. */
export interface CounterColumns {
  readonly labels: Readonly<Record<string, string>>
  readonly now: Column
  readonly highest: Column
}

/** Counters of all instances, by their labels. */
export async function countersOf(url: string, selector: string, range: Range): Promise<CounterColumns[]> {
  const newestOf = `last_over_time(${selector}[${counterReach}s])`
  const [newest, highest] = await Promise.all([
    columnsOf(url, newestOf, range),
    // Where a process ended, and nowhere else: these are few of many values.
    columnsOf(url, `max_over_time(${selector}[${range.step}s]) > ${newestOf}`, range),
  ])
  const keyOf = ({ labels }: Series) =>
    JSON.stringify(
      Object.entries(labels)
        .filter(([name]) => name !== '__name__')
        .sort(),
    )
  const highs = new Map(highest.map((series) => [keyOf(series), series.column]))
  return newest.map((series) => ({
    labels: series.labels,
    now: series.column,
    highest: highs.get(keyOf(series)) ?? [],
  }))
}

/** What is known of the processes of a service's instances: when they began, and how long they live. */
export interface Processes {
  readonly starts: ReadonlyMap<string, Column>
  readonly uptimes: ReadonlyMap<string, Column>
}

/** The key of an instance among processes. */
export const instanceKey = (labels: Readonly<Record<string, string>>) =>
  JSON.stringify([labels[names.label.job], labels[names.label.instance]])

export async function processesOf(url: string, range: Range): Promise<Processes> {
  const by = `max by (${names.label.job}, ${names.label.instance})`
  const newest = async (metric: string) => {
    const series = await columnsOf(url, `${by} (last_over_time(${metric}[${counterReach}s]))`, range)
    return new Map(series.map(({ labels, column }) => [instanceKey(labels), column]))
  }
  const [starts, uptimes] = await Promise.all([newest(names.processStart), newest(names.processUptime)])
  return { starts, uptimes }
}
