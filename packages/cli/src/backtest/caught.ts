import type { Alerted } from './episodes.js'
import { overlap, type Span, union } from './replay.js'

/** Alerts of one service and KPI whose times overlap, whatever their levels and places: what people get messages of together. */
export interface AlertedIncident {
  readonly service: string
  readonly kpi: string
  readonly span: Span
}

/** An incident of today's configuration, and what the edited one makes of it. */
export interface Caught extends AlertedIncident {
  /** How much later its first alert comes, in seconds, negative if earlier; undefined where none does. */
  readonly laterBy: number | undefined
}

/** Incidents of today's configuration, and those that only the edited one has, each oldest first. */
export interface Incidents {
  readonly today: readonly Caught[]
  readonly added: readonly AlertedIncident[]
}

/** The incidents of alerts, oldest first. */
export function incidentsIn(alerts: readonly Alerted[]): AlertedIncident[] {
  const groups = new Map<string, Alerted[]>()
  for (const each of alerts) {
    const key = JSON.stringify([each.service, each.kpi])
    groups.set(key, [...(groups.get(key) ?? []), each])
  }
  return [...groups.values()]
    .flatMap((group) => {
      const [{ service, kpi }] = group as [Alerted, ...Alerted[]]
      return union(group.flatMap(({ spans }) => spans)).map((span) => ({ service, kpi, span }))
    })
    .sort((a, b) => a.span.from - b.span.from)
}

/** What an edited configuration makes of the incidents of today's. */
export function compareIncidents(today: readonly Alerted[], edited: readonly Alerted[]): Incidents {
  const [before, after] = [incidentsIn(today), incidentsIn(edited)]
  const isSame = (a: AlertedIncident, b: AlertedIncident) =>
    a.service === b.service && a.kpi === b.kpi && overlap(a.span, b.span)
  return {
    today: before.map((each) => {
      const starts = after.filter((other) => isSame(each, other)).map(({ span }) => span.from)
      return { ...each, laterBy: starts.length === 0 ? undefined : Math.min(...starts) - each.span.from }
    }),
    added: after.filter((each) => !before.some((other) => isSame(each, other))),
  }
}
