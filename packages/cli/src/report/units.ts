import { type Scale, scaleOf } from '@mnemoscope/recorder/shown'

/** The unit of each KPI whose values stand together, by id. */
export type Scales = ReadonlyMap<string, Scale>

/** An unknown value is never shown as 0. */
const unknown = 'unknown'

/**
 * A KPI's value for people: ratios and scores with three decimals, seconds and bytes with a fitting prefix.
 * @param scale of all values of the KPI that stand together; by default that of the value
 */
export function inUnit(
  value: number | null | undefined,
  unit: string,
  scale: Scale = scaleOf([value ?? 0], unit),
): string {
  if (value === null || value === undefined) return unknown
  if (unit === 's' || unit === 'By') return `${scaled(value / scale.size, scale.name)} ${scale.name}`
  if (unit === '1') return value.toFixed(3)
  const amount = value.toLocaleString('en-US', { maximumFractionDigits: Math.abs(value) < 100 ? 2 : 0 })
  return unit.startsWith('{') ? amount : `${amount} ${unit}`
}

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
function scaled(value: number, name: string): string {
  const fixed = value.toFixed(decimals[name] ?? 1)
  const isLost = value !== 0 && Math.abs(value) < 1 && Number(fixed) !== Number(value.toPrecision(3))
  return isLost ? String(Number(value.toPrecision(3))) : fixed
}
