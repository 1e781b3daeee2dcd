import { type Scale, scaleOf } from '@mnemoscope/recorder/shown'

/** The unit of each KPI whose values stand together, by id. */
export type Scales = ReadonlyMap<string, Scale>

/** An unknown value is never shown as 0. */
const unknown = 'unknown'

/**
 * A KPI's value for people: ratios and scores with three decimals, seconds and bytes with a fitting prefix.
 * @param scale of all values of the KPI that stand together; by default that of the value
 * @param limits thresholds that stand beside it: it gets as many more decimals as show on which side of each it is. A value
 * of 0.6995 that is shown as 0.700 would look as if it had not reached a threshold of 0.7
 */
export function inUnit(
  value: number | null | undefined,
  unit: string,
  scale: Scale = scaleOf([value ?? 0], unit),
  limits: readonly number[] = [],
): string {
  if (value === null || value === undefined) return unknown
  if (unit === 's' || unit === 'By') {
    const text = decided(value, limits, scale.size, (more) => scaled(value / scale.size, scale.name, more))
    return `${text} ${scale.name}`
  }
  if (unit === '1') return decided(value, limits, 1, (more) => value.toFixed(3 + more))
  const amount = decided(value, limits, 1, (more) =>
    value.toLocaleString('en-US', { maximumFractionDigits: (Math.abs(value) < 100 ? 2 : 0) + more }),
  )
  return unit.startsWith('{') ? amount : `${amount} ${unit}`
}

/** The text with the fewest more decimals that lies on the same side of each limit as the value itself. */
function decided(
  value: number,
  limits: readonly number[],
  size: number,
  textWith: (moreDecimals: number) => string,
): string {
  const others = limits.filter((limit) => limit !== value)
  const isOnItsSide = (text: string) =>
    others.every(
      (limit) => Math.sign(Number(text.replaceAll(',', '')) - limit / size) === Math.sign(value - limit),
    )
  const texts = Array.from({ length: mostMoreDecimals }, (_, more) => more)
  return textWith(texts.find((more) => isOnItsSide(textWith(more))) ?? mostMoreDecimals)
}

/** As far as a double tells values apart. */
const mostMoreDecimals = 12

/** Unix seconds as a UTC time to the second. */
export function utc(timestamp: number): string {
  return `${new Date(timestamp * 1_000).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/** The same, without the day if it is today. */
export function utcOf(timestamp: number, now: number): string {
  const [day, ...rest] = utc(timestamp).split(' ')
  return utc(now).startsWith(`${day} `) ? rest.join(' ') : utc(timestamp)
}

/** A time span in words: `90 s`, `15 min`, `3 h`. */
export function span(lengthSeconds: number): string {
  const rounded = Math.round(lengthSeconds)
  if (rounded < 120) return `${rounded} s`
  return rounded < 7_200 ? `${Math.round(rounded / 60)} min` : `${Math.round(rounded / 3_600)} h`
}

/** Decimals by unit; B and µs are counted. */
const decimals: Readonly<Record<string, number>> = { s: 2, ms: 1, µs: 0, B: 0 }

/** A value with the decimals of its unit, or with more: three figures are never lost. */
function scaled(value: number, name: string, more: number): string {
  const fixed = value.toFixed((decimals[name] ?? 1) + more)
  const isLost = value !== 0 && Math.abs(value) < 1 && Number(fixed) !== Number(value.toPrecision(3))
  return isLost && more === 0 ? String(Number(value.toPrecision(3))) : fixed
}
