import { isInBreach, type Kpi } from '@mnemoscope/kpi'

/** A value, and the least and the most that it may be. */
export interface Judged {
  readonly value: number
  readonly low: number
  readonly high: number
}

/** What is known at each evaluation; undefined where nothing is. */
export interface Timeline {
  /** Unix seconds of the first evaluation, and seconds from one to the next. */
  readonly start: number
  readonly step: number
  readonly values: readonly (Judged | undefined)[]
}

/** A time in which an alert fired, Unix seconds; `to` is undefined while it goes on at the end. */
export interface Span {
  readonly from: number
  readonly to: number | undefined
}

/** Whether two times have a moment in common. */
export function overlap(a: Span, b: Span): boolean {
  const end = ({ to }: Span) => to ?? Number.POSITIVE_INFINITY
  return a.from < end(b) && b.from < end(a)
}

/** Spans without their overlaps, in order: the levels of one incident are several alerts. */
export function union(spans: readonly Span[]): Span[] {
  const joined: Span[] = []
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const last = joined.at(-1)
    if (last === undefined || !overlap(last, span)) joined.push(span)
    else if (last.to !== undefined)
      joined[joined.length - 1] = {
        from: last.from,
        to: span.to === undefined ? undefined : Math.max(last.to, span.to),
      }
  }
  return joined
}

/** How an alert is judged, in seconds. */
export interface AlertSettings extends Pick<Kpi, 'direction' | 'noData'> {
  readonly threshold: number
  readonly for: number
  readonly keepFiringFor: number
  readonly expectedFor: number
}

/**
 * The times in which an alert would have fired, by the rules that are generated for it: all that the value may be is at or
 * beyond the threshold, on until all that it may be is better, for as long as `for` says, and `keepFiringFor` after that.
 */
export function replay({ start, step, values }: Timeline, settings: AlertSettings): Span[] {
  const { direction, threshold, noData } = settings
  const spans: { from: number; to: number | undefined }[] = []
  let pendingSince: number | undefined
  let recoveredAt: number | undefined
  let lastAt: number | undefined
  let firing: { from: number; to: number | undefined } | undefined

  for (const [i, seen] of values.entries()) {
    const at = start + i * step
    if (seen !== undefined) lastAt = at
    const isExpected = lastAt !== undefined && at - lastAt <= settings.expectedFor
    const wasBad = pendingSince !== undefined || firing !== undefined
    const isBad =
      seen === undefined ? noData === 'breach' && isExpected : isInBreach(seen, threshold, direction, wasBad)
    if (isBad) {
      pendingSince ??= at
      recoveredAt = undefined
      if (firing === undefined && at - pendingSince >= settings.for) {
        firing = { from: at, to: undefined }
        spans.push(firing)
      }
      continue
    }
    pendingSince = undefined
    if (firing === undefined) continue
    recoveredAt ??= at
    if (at - recoveredAt >= settings.keepFiringFor) {
      firing.to = at
      firing = undefined
      recoveredAt = undefined
    }
  }
  return spans
}
