import * as by from './counted.js'
import * as raw from './raw-rows.js'

const { now, hour, day, minute } = raw
const weekAgo = now - 7 * day
const levels = ['critical', 'error', 'warning', 'info']

/** What the questions about alerts and other events have to answer, counted from the raw rows. */
export const truthsOfEvents: Readonly<Record<number, () => readonly by.Row[]>> = {
  7: () =>
    raw.alerts
      .filter(({ ends }) => ends === null)
      .sort((a, b) => levels.indexOf(a.level) - levels.indexOf(b.level))
      .map((alert) => ({
        ...alertRow(alert, 'id', 'level', 'service', 'model', 'operation'),
        ...{
          message: alert.alertname,
          minutes: by.minutesOf(alert),
          acknowledged_by: alert.acknowledged && 'ada',
        },
      })),
  8: () =>
    raw.alerts
      .filter((alert) => alert.acknowledged === null && by.minutesOf(alert) >= 10)
      .sort((a, b) => by.minutesOf(b) - by.minutesOf(a))
      .map((alert) => ({
        ...alertRow(alert, 'id', 'level', 'service', 'model'),
        ...{ message: alert.alertname, timestamp: alert.at, minutes: by.minutesOf(alert) },
      })),
  9: () =>
    by
      .groups(
        by.real.filter(({ ends }) => ends !== null),
        ({ service }) => service,
        ({ level }) => level,
      )
      .map((rows) => ({
        ...alertRow(rows[0] as raw.Alert, 'service', 'level'),
        alerts: rows.length,
        median_minutes: by.median(rows.map(by.minutesOf)) as number,
        longest_minutes: Math.max(...rows.map(by.minutesOf)),
      }))
      .sort((a, b) =>
        a.service === b.service ? b.median_minutes - a.median_minutes : a.service < b.service ? -1 : 1,
      ),
  10: () =>
    by
      .groups(by.real, ({ level }) => level)
      .map((rows) => {
        const waits = rows.flatMap(({ at, acknowledged }) =>
          acknowledged === null ? [] : (acknowledged - at) / minute,
        )
        return {
          level: rows[0]?.level,
          alerts: rows.length,
          acknowledged: waits.length,
          median_minutes: by.median(waits),
        }
      })
      .sort((a, b) => levels.indexOf(a.level ?? '') - levels.indexOf(b.level ?? '')),
  11: () =>
    by
      .groups(
        by.real.filter(({ at }) => at >= weekAgo),
        ({ alertname }) => alertname,
        ({ service }) => service,
        ({ model }) => model,
      )
      .map((rows) => {
        const rated = rows.filter(({ rating }) => rating !== null)
        const useful = rated.filter(({ rating }) => rating === 'useful')
        return {
          alert: rows[0]?.alertname,
          ...alertRow(rows[0] as raw.Alert, 'service', 'model'),
          alerts: rows.length,
          rated: rated.length,
          precision: rated.length === 0 ? null : useful.length / rated.length,
          // None of them began within 15 minutes of the end of another.
          flaps: 0,
          shorter_than_5_minutes: rows.filter(({ ends, at }) => ends !== null && ends - at < 5 * minute)
            .length,
        }
      })
      .sort(
        (a, b) =>
          (a.precision ?? 2) - (b.precision ?? 2) ||
          b.alerts - a.alerts ||
          by.ascending('alert', 'service', 'model')(a, b),
      ),
  12: () =>
    by
      .groups(
        raw.alerts.filter(({ level, ends }) => level === 'critical' && (ends ?? now) > weekAgo),
        ({ service }) => service,
        ({ model }) => model,
      )
      .map((rows) => {
        const minutes = Array.from({ length: 7 * 24 * 60 }, (_, i) => weekAgo + i * minute)
        const covered = minutes.filter((at) =>
          rows.some((alert) => alert.at <= at && at < (alert.ends ?? now)),
        )
        return {
          ...alertRow(rows[0] as raw.Alert, 'service', 'model'),
          share: covered.length / minutes.length,
        }
      })
      .sort(by.descending('share')),
  13: () => {
    const [edit] = raw.configChanges
    const configuration = { kind: 'configuration', what: edit?.what, by: edit?.by }
    const release = { kind: 'deployment', what: 'memory 1.4.1', by: null }
    const critical = raw.alerts.filter(({ level }) => level === 'critical').sort((a, b) => b.at - a.at)
    return critical.flatMap((alert) => {
      const changes = [
        { ...configuration, at: edit?.at ?? 0 },
        ...(alert.service === 'memory' ? [{ ...release, at: raw.releases[0].at }] : []),
      ]
      return changes
        .filter(({ at }) => at <= alert.at && at >= alert.at - 6 * hour)
        .map(({ at, ...change }) => ({
          ...{
            id: alert.id,
            timestamp: alert.at,
            service: alert.service,
            message: alert.alertname,
            ...change,
          },
          minutes_before: (alert.at - at) / minute,
        }))
    })
  },
  14: () =>
    [raw.releases[1], raw.releases[0]].map(({ at, service, version }) => {
      const began = by.real.filter((alert) => alert.service === service)
      return {
        ...{ at, service, version },
        alerts_after: began.filter((alert) => alert.at >= at && alert.at < at + 2 * hour).length,
        alerts_before: began.filter((alert) => alert.at < at && alert.at >= at - 2 * hour).length,
      }
    }),
  19: () =>
    raw.gaps.toReversed().map(({ from, instants, gap }) => ({
      first: from,
      last: from + (instants - 1) * minute,
      instants,
      gap,
    })),
  20: () =>
    raw.measurements
      .filter(({ at }) => at >= weekAgo)
      .sort((a, b) => a.value - b.value)
      .slice(0, 10)
      .map(({ at, model, value, service, operation, trace }) => ({
        timestamp: at,
        model,
        value,
        service,
        operation,
        trace_id: trace,
      })),
}

function alertRow<Name extends keyof raw.Alert>(alert: raw.Alert, ...names: Name[]) {
  return Object.fromEntries(names.map((name) => [name, alert[name]])) as Pick<raw.Alert, Name>
}
