import { type Alerted, placeKey } from './episodes.js'
import { overlap, type Span } from './replay.js'

/** A difference that an edited configuration would have made to one alert. */
export interface AlertDifference extends Omit<Alerted, 'spans'> {
  /**
   * `raised`: only the edited one alerts. `missed`: only today's does. `resolved`: both do, and the edited one ends
   * earlier, by `seconds`.
   */
  readonly kind: 'raised' | 'missed' | 'resolved'
  /** Unix seconds; `to` undefined while it goes on. */
  readonly from: number
  readonly to: number | undefined
  readonly seconds?: number
}

/** What differs between the alerts of today's configuration and an edited one's, oldest first. */
export function compareAlerts(today: readonly Alerted[], edited: readonly Alerted[]): AlertDifference[] {
  const [old, next] = [today, edited].map(
    (alerts) => new Map(alerts.map((each) => [placeKey(each), each])),
  ) as [Map<string, Alerted>, Map<string, Alerted>]
  return [...new Map([...old, ...next]).entries()]
    .flatMap(([id, { spans: _, ...place }]) =>
      compareSpans(old.get(id)?.spans ?? [], next.get(id)?.spans ?? []).map((each) => ({
        ...place,
        ...each,
      })),
    )
    .sort((a, b) => a.from - b.from)
}

type SpanDifference = Pick<AlertDifference, 'kind' | 'from' | 'to' | 'seconds'>

function compareSpans(today: readonly Span[], edited: readonly Span[]): SpanDifference[] {
  const raised = edited.filter((span) => !today.some((other) => overlap(span, other)))
  const missed = today.filter((span) => !edited.some((other) => overlap(span, other)))
  const resolved = today.flatMap((span): SpanDifference[] => {
    const there = edited.filter((other) => overlap(span, other))
    const ends = there.map(({ to }) => to ?? Number.POSITIVE_INFINITY)
    const seconds = (span.to ?? Number.POSITIVE_INFINITY) - Math.max(...ends)
    if (there.length === 0 || !(seconds > 0)) return []
    return [{ kind: 'resolved', ...span, ...(Number.isFinite(seconds) ? { seconds } : {}) }]
  })
  return [
    ...raised.map((span) => ({ kind: 'raised' as const, ...span })),
    ...missed.map((span) => ({ kind: 'missed' as const, ...span })),
    ...resolved,
  ]
}
