import { isBreach, type Kpi, resolveThreshold } from '@mnemoscope/kpi'

/** A value at each evaluation; undefined where nothing can be trusted. */
export interface Timeline {
  /** Unix seconds of the first evaluation, and seconds from one to the next. */
  readonly start: number
  readonly step: number
  readonly values: readonly (number | undefined)[]
}

/** A time in which an alert fired, Unix seconds; `to` is undefined while it goes on at the end. */
export interface Span {
  readonly from: number
  readonly to: number | undefined
}

/** How an alert is judged, in seconds. */
export interface AlertSettings extends Pick<Kpi, 'direction' | 'hysteresis' | 'range' | 'noData'> {
  readonly threshold: number
  readonly for: number
  readonly keepFiringFor: number
  readonly expectedFor: number
}

/**
 * The times in which an alert would have fired, by the rules that are generated for it: at or beyond the threshold
 * for as long as `for` says, on until the value is better by the hysteresis, and `keepFiringFor` after that.
 */
export function replay({ start, step, values }: Timeline, settings: AlertSettings): Span[] {
  const { direction, threshold, noData } = settings
  const resolve = resolveThreshold(settings, threshold)
  const spans: { from: number; to: number | undefined }[] = []
  let pendingSince: number | undefined
  let recoveredAt: number | undefined
  let last: { value: number; at: number } | undefined
  let firing: { from: number; to: number | undefined } | undefined

  for (const [i, seen] of values.entries()) {
    const at = start + i * step
    if (seen !== undefined) last = { value: seen, at }
    const isExpected = last !== undefined && at - last.at <= settings.expectedFor
    const value = seen ?? (noData === 'last' && isExpected ? last?.value : undefined)
    const limit = firing === undefined ? threshold : resolve
    const isBad = value === undefined ? noData === 'breach' && isExpected : isBreach(direction, value, limit)
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
