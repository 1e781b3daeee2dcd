import * as by from './counted.js'
import * as raw from './raw-rows.js'

const { now, hour, day } = raw
const weekAgo = now - 7 * day
const thisWeek = Math.ceil(weekAgo / hour) * hour
const firstDay = by.dayOf(now) - 7 * day

type Snapshots = readonly raw.Snapshot[]

/** What the questions about values have to answer, counted from the raw rows. */
export const truthsOfValues: Readonly<Record<number, () => readonly by.Row[]>> = {
  1: () =>
    by
      .groups(
        raw.snapshots.filter((row) => row.at >= now - day),
        service,
        model,
        kpi,
      )
      .map((rows) => ({
        ...only(rows, 'service', 'model', 'kpi'),
        ...(kpi(rows[0] as raw.Snapshot) === 'memory_usage'
          ? { operations: null, mean: null }
          : { operations: by.operations(rows), mean: by.mean(rows) }),
      }))
      .sort(by.ascending('service', 'kpi', 'model')),
  2: () =>
    [raw.releases[0], raw.releases[1]]
      .flatMap((release) =>
        by
          .groups(
            raw.snapshots.filter((row) => row.service === release.service && row.at >= release.at - day),
            ...place,
            kpi,
          )
          .map((rows) => {
            const until = Math.min(now, release.at + day)
            const after = rows.filter(({ at }) => at >= release.at && at <= until)
            const [then, later] = [by.mean(rows.filter(({ at }) => at < release.at)), by.mean(after)]
            const change = ((later as number) - (then as number)) / (then as number)
            return {
              version: release.version,
              ...only(rows, 'service', 'model', 'context_size', 'operation', 'kpi'),
              before: then,
              after: later,
              operations: by.operations(after) || null,
              worse_by: rows[0]?.kpi === 'f1_score' ? -change : change,
            }
          }),
      )
      .sort(by.descending('worse_by')),
  3: () =>
    [
      ...by.groups(by.of('f1_score', now - 14 * day), ...place),
      ...by.groups(by.of('latency', now - 14 * day), ...place),
    ]
      .map((rows) => {
        const [before, week] = [rows.filter(({ at }) => at < weekAgo), rows.filter(({ at }) => at >= weekAgo)]
        const [then, later] = [by.mean(before) as number, by.mean(week) as number]
        return {
          ...only(rows, 'service', 'model', 'context_size', 'operation', 'kpi'),
          ...{ mean_before: then, mean: later, change: (later - then) / then },
          ...{ samples_before: by.operations(before), samples: by.operations(week) },
        }
      })
      .sort((a, b) => Math.abs(b.change) - Math.abs(a.change)),
  4: () => {
    const rows = by.of('f1_score', weekAgo).filter((row) => row.model === 'b' && row.value !== null)
    const means = by
      .groups(rows, ({ at }) => Math.floor(at / hour))
      .map((each) => [each[0]?.at, valueMean(each)] as const)
    const [before, after] = [
      means.filter(([at = 0]) => at < raw.fell),
      means.filter(([at = 0]) => at >= raw.fell),
    ]
    return [
      {
        at: raw.fell,
        ...{ service: 'memory', model: 'b', context_size: '8192', operation: 'search', kpi: 'f1_score' },
        before: by.median(before.slice(-24).map(([, mean]) => mean)),
        after: by.median(after.slice(0, 24).map(([, mean]) => mean)),
        p_value: 0,
      },
    ]
  },
  5: () =>
    by
      .groups(hours('f1_score', thisWeek), service, model)
      .map((rows) => {
        const all = by
          .groups(rows, ({ at }) => Math.floor(at / hour))
          .filter((each) => by.operations(each) >= 20)
        const worst = all.sort((a, b) => (by.mean(a) as number) - (by.mean(b) as number))[0] as raw.Snapshot[]
        const start = Math.floor((worst[0]?.at ?? 0) / hour) * hour
        return {
          ...only(worst, 'service', 'model'),
          hour: start,
          f1_score: by.mean(worst),
          operations: by.operations(worst),
        }
      })
      .sort(by.ascending('service', 'model')),
  6: () =>
    by
      .groups(hours('latency', 0), service, ({ at }) => new Date(at).getUTCHours())
      .map((rows) => ({
        ...only(rows, 'service'),
        hour_of_day: new Date(rows[0]?.at ?? 0).getUTCHours(),
        ...{ mean_latency: by.mean(rows) as number, operations: by.operations(rows) },
      }))
      .sort((a, b) =>
        a.service === b.service ? b.mean_latency - a.mean_latency : a.service < b.service ? -1 : 1,
      ),
  15: () =>
    by
      .groups(hours('token_usage', firstDay), ({ at }) => by.dayOf(at), service, model)
      .map((rows) => ({
        day: by.dayOf(rows[0]?.at ?? 0),
        ...only(rows, 'service', 'model'),
        ...{ tokens: by.total(rows), operations: by.operations(rows) },
      }))
      .sort((a, b) => b.day - a.day || b.tokens - a.tokens),
  16: () =>
    by
      .groups(
        hours('latency', firstDay),
        ({ at }) => by.dayOf(at),
        service,
        ({ operation }) => operation,
      )
      .map((rows) => ({
        day: by.dayOf(rows[0]?.at ?? 0),
        ...only(rows, 'service', 'operation'),
        operations: by.operations(rows),
      }))
      .sort(
        (a, b) =>
          b.day - a.day ||
          (a.service === b.service ? b.operations - a.operations : a.service < b.service ? -1 : 1),
      ),
  17: () =>
    by
      .groups(hours('f1_score', thisWeek), service, model, ({ context_size }) => context_size)
      .map((rows) => ({
        ...only(rows, 'service', 'model', 'context_size'),
        ...{ f1_score: by.mean(rows), operations: by.operations(rows) },
      }))
      .sort((a, b) =>
        a.service + a.model === b.service + b.model
          ? Number(a.context_size.replace('+Inf', 'Infinity')) -
            Number(b.context_size.replace('+Inf', 'Infinity'))
          : a.service + a.model < b.service + b.model
            ? -1
            : 1,
      ),
  18: () =>
    by
      .groups(hours('memory_usage', firstDay), service)
      .map((rows) =>
        by
          .groups(rows, ({ at }) => by.dayOf(at))
          .map(
            (each) => [each[0] as raw.Snapshot, Math.max(...each.map(({ value }) => value ?? 0))] as const,
          ),
      )
      .sort(([a], [b]) => ((a?.[0].service ?? '') < (b?.[0].service ?? '') ? -1 : 1))
      .flatMap((days) =>
        days
          .map(([{ service, at }, highest], i) => ({
            service,
            day: by.dayOf(at),
            highest,
            growth: i === 0 ? null : highest - (days[i - 1]?.[1] ?? 0),
          }))
          .toReversed(),
      ),
}

const service = (row: raw.Snapshot) => row.service
const model = (row: raw.Snapshot) => row.model
const kpi = (row: raw.Snapshot) => row.kpi
const place = [service, model, (row: raw.Snapshot) => row.context_size, (row: raw.Snapshot) => row.operation]

/** Snapshots of a KPI in hours that are over. */
function hours(id: string, from: number): Snapshots {
  return by.of(id, from, by.thisHour)
}

function valueMean(rows: Snapshots): number {
  return rows.reduce((sum, { value }) => sum + (value ?? 0), 0) / rows.length
}

function only<Name extends 'service' | 'model' | 'context_size' | 'operation' | 'kpi'>(
  rows: Snapshots,
  ...names: Name[]
) {
  const [first] = rows as [raw.Snapshot]
  return Object.fromEntries(names.map((name) => [name, first[name]])) as Record<Name, string>
}
