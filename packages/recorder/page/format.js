const bytes = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/**
 * A value in its KPI's unit, in as few figures as tell it apart from its threshold.
 * @param {number | null | undefined} value
 * @param {string} unit UCUM: `s`, `By`, `1`, `{token}`
 */
export function formatValue(value, unit) {
  if (value === null || value === undefined) return '–'
  if (unit === 'By') {
    const power = Math.min(bytes.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, value)) / 10)))
    return `${figures(value / 1024 ** power)} ${bytes[power]}`
  }
  if (unit === 's') return value < 1 ? `${figures(value * 1_000)} ms` : `${figures(value)} s`
  if (unit === '1') return value.toFixed(3)
  const name = unit.startsWith('{') ? '' : ` ${unit}`
  return `${Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : figures(value)}${name}`
}

function figures(value) {
  return Number(value.toPrecision(3)).toLocaleString('en', { maximumFractionDigits: 3 })
}

/** How long ago or how long: `42 s`, `5 min`, `3 h 10 min`, `2 d 4 h`. */
export function formatDuration(seconds) {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${whole} s`
  if (whole < 3_600) return `${Math.floor(whole / 60)} min`
  if (whole < 86_400) return `${Math.floor(whole / 3_600)} h ${Math.floor((whole % 3_600) / 60)} min`
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3_600)} h`
}

/** A Unix time in seconds, in the reader's own time zone. */
export function formatTime(seconds) {
  return new Date(seconds * 1_000).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
}

/** A class of context sizes as people say it: `8k`, `128k`, `larger`. */
export function formatContext(size) {
  const tokens = Number(size)
  if (!Number.isFinite(tokens)) return 'larger'
  if (tokens >= 1_048_576 && tokens % 1_048_576 === 0) return `${tokens / 1_048_576}M`
  return tokens % 1_024 === 0 ? `${tokens / 1_024}k` : String(tokens)
}
