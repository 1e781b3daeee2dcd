import { aheadAt, formatDay, shownIso } from './time.js'

/** Thresholds by level, the mildest first. */
export type Limits = Readonly<Partial<Record<'warning' | 'error' | 'critical', number | undefined>>>

/** What the axis of a KPI depends on. */
export interface Measure {
  readonly direction: 'higher_is_better' | 'lower_is_better'
  /** UCUM: `s`, `By`, `1`, `{token}`. */
  readonly unit: string
}

/**
 * The ends of a chart's y axis. Noise must not look like a change: the axis spans at least a fifth of the values'
 * size, and values that can't fall below 0 and are better low begin at 0. A threshold is drawn where it comes near.
 * A ratio ends at 1, so that a rate of 1.000 lies at the top.
 */
export function chartRange(
  { direction, unit }: Measure,
  thresholds: Limits,
  least: number | null,
  greatest: number | null,
): [number, number] {
  if (least === null || greatest === null) return [0, 1]
  const isRatio = unit === '1' && least >= 0 && greatest <= 1
  const limits = Object.values(thresholds)
    .filter((limit) => limit !== undefined)
    .sort((a, b) => a - b)
  if (direction === 'higher_is_better') {
    const reached = limits.filter((limit) => limit >= least)
    // The threshold below the values, and the one below those that were reached.
    const below = limits.filter((limit) => limit < least).at(-1)
    const top = isRatio ? 1 : Math.max(greatest > 0 ? greatest * 1.1 : greatest * 0.9, ...reached)
    const bottom = Math.min(least, below ?? least)
    const span = Math.max(top - bottom, 0.2 * Math.abs(top)) * 1.08
    const low = least >= 0 ? Math.max(0, top - span) : top - span
    return low === top ? [low, low + 1] : [low, top]
  }
  const next = limits.find((limit) => limit > greatest)
  const nearTop = next !== undefined && next <= greatest * 3 ? next * 1.06 : 0
  const top = Math.max(greatest * 1.15, nearTop, isRatio ? 0.1 : 0)
  return [Math.min(0, least * 1.1), (isRatio ? Math.min(1, top) : top) || 1]
}

/** Round values between the ends of an axis, ascending, at most `most`: steps of 1, 2 or 5, for bytes of powers of 2. */
export function roundTicks([low, high]: readonly [number, number], most: number, unit: string): number[] {
  const span = high - low
  if (!(span > 0) || !Number.isFinite(span) || most < 1) return []
  const least = span / most
  const step = unit === 'By' ? 2 ** Math.ceil(Math.log2(least)) : roundStep(least)
  const first = Math.ceil(low / step - 1e-9)
  const count = Math.floor(high / step + 1e-9) - first + 1
  // Sums of steps would end in 0.30000000000000004.
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}

/** The least of 1, 2 and 5 times a power of ten that is not below a number. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least))
  return power * ([1, 2, 5].find((times) => times * power >= least * (1 - 1e-9)) ?? 10)
}

/** A unit in which people read values, and how many of the KPI's unit it is. */
export interface Scale {
  readonly size: number
  readonly name: string
}

const bytes = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** The unit for all values of a KPI in one place: that of the greatest of them. */
export function scaleOf(values: readonly number[], unit: string): Scale {
  const greatest = Math.max(0, ...values.map(Math.abs))
  if (unit === 's') {
    if (greatest >= 1 || greatest === 0) return { size: 1, name: 's' }
    return greatest < 0.001 ? { size: 1e-6, name: 'µs' } : { size: 0.001, name: 'ms' }
  }
  if (unit !== 'By') return { size: 1, name: unit.startsWith('{') || unit === '1' ? '' : unit }
  const power = Math.min(bytes.length - 1, Math.floor(Math.log2(Math.max(1, greatest)) / 10))
  return { size: 1024 ** power, name: bytes[power] ?? '' }
}

/** The labels of an axis, all in one unit and with as many decimals as their step needs: `0.80`, `0.90`; `0 s`, `5 s`. */
export function valueLabels(ticks: readonly number[], unit: string, { size, name }: Scale): string[] {
  const scaled = ticks.map((tick) => Number((tick / size).toPrecision(12)))
  const decimals = Math.min(
    12,
    Math.max(0, ...scaled.map((value) => (String(value).split('.')[1] ?? '').length)),
  )
  return scaled.map((value) => {
    if (unit === '1') return value.toFixed(Math.max(1, decimals))
    const text = value.toLocaleString('en', {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    })
    return name === '' ? text : `${text} ${name}`
  })
}

/** A number that somebody wrote, such as a threshold, in the unit of an axis: `5 s`, `0.8`, `15,000`. */
export function limitLabel(value: number, { size, name }: Scale): string {
  const text = Number((value / size).toPrecision(12)).toLocaleString('en', { maximumSignificantDigits: 12 })
  return name === '' ? text : `${text} ${name}`
}

const minute = 60
const hour = 3_600
const day = 24 * hour
/** Steps of a time axis, seconds; above them, multiples of the last. */
const timeSteps = [
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * minute),
  ...[1, 2, 3, 6, 12].map((hours) => hours * hour),
  ...[1, 2, 5, 10, 30, 90, 365].map((days) => days * day),
]

/** Round times between two, Unix seconds, at most `most`, with their labels in the zone that is shown; the day where it begins, and at the first. */
export function timeTicks(
  [from, to]: readonly [number, number],
  most: number,
): { readonly at: number; readonly time: string; readonly day: string | undefined }[] {
  if (!(to > from) || most < 1) return []
  const least = (to - from) / most
  const step = timeSteps.find((each) => each >= least) ?? Math.ceil(least / (365 * day)) * 365 * day
  // Round where the clocks are: midnight is the reader's.
  const ahead = aheadAt(from)
  const first = Math.ceil((from + ahead) / step)
  const length = Math.floor((to + ahead) / step) - first + 1
  const ticks = Array.from({ length }, (_, i) => (first + i) * step - ahead)
  const ofDays = step >= day
  const years = new Set(ticks.map((tick) => shownIso(tick).slice(0, 4))).size > 1
  return ticks.map((tick, i) => {
    if (ofDays)
      return { at: tick, time: formatDay(tick), day: years ? shownIso(tick).slice(0, 4) : undefined }
    const isNewDay = i === 0 || formatDay(tick) !== formatDay(tick - step)
    return {
      at: tick,
      time: shownIso(tick).slice(11, step < minute ? 19 : 16),
      day: isNewDay ? formatDay(tick) : undefined,
    }
  })
}

/** A time in the zone that is shown, always with its day: a report is read on other days. */
export function timeText(seconds: number): string {
  return `${formatDay(seconds)} ${shownIso(seconds).slice(11, 16)}`
}
