/** An unknown value is never shown as 0. */
const unknown = 'unknown'

const binaryPrefixes = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** A KPI's value for people: seconds and bytes with a fitting prefix, ratios and scores with three decimals. */
export function inUnit(value: number | null | undefined, unit: string): string {
  if (value === null || value === undefined) return unknown
  if (unit === 's') return seconds(value)
  if (unit === 'By') return bytes(value)
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

function seconds(value: number): string {
  if (value < 0.001) return `${(value * 1_000_000).toFixed(0)} µs`
  if (value < 1) return `${(value * 1_000).toFixed(1)} ms`
  return `${value.toFixed(2)} s`
}

function bytes(value: number): string {
  const power = Math.min(Math.floor(Math.log2(Math.max(value, 1)) / 10), binaryPrefixes.length - 1)
  return `${(value / 1_024 ** power).toFixed(power === 0 ? 0 : 1)} ${binaryPrefixes[power]}`
}
