import { element } from './element.js'

// Made once: making one takes far longer than using it.
const short = new Intl.NumberFormat('en', { maximumFractionDigits: 3 })
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

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
  if (unit === 's') return value !== 0 && value < 1 ? `${figures(value * 1_000)} ms` : `${figures(value)} s`
  if (unit === '1') return value.toFixed(3)
  const name = unit.startsWith('{') ? '' : ` ${unit}`
  return `${Math.abs(value) >= 100 ? whole.format(value) : figures(value)}${name}`
}

/** The name of what a unit counts, where the value itself doesn't say it. */
export function unitName(unit) {
  return unit.startsWith('{') ? `${unit.slice(1, -1)}s` : ''
}

function figures(value) {
  return short.format(Number(value.toPrecision(3)))
}

/** A threshold or another round number, without the figures that say nothing: `0.8`, `5 s`, `15,000`. */
export function formatRound(value, unit) {
  return unit === '1' ? String(Number(value.toPrecision(3))) : formatValue(value, unit)
}

/** A value for people, with the stored one beside it for programs and on hover. */
export function valueElement(value, { unit }) {
  if (value === null || value === undefined) return element('span', { class: 'unknown' }, '–')
  const name = unitName(unit)
  return element(
    'data',
    { value: String(value), title: `${value}${name && ` ${name}`}` },
    formatValue(value, unit),
  )
}

/** A change as a share: `−34 %`, `×2.4`. */
export function formatChange(before, after) {
  if (before === 0) return after === 0 ? '±0 %' : 'from nothing'
  const ratio = after / before
  if (ratio >= 2) return `×${figures(ratio)}`
  const percent = Math.round((ratio - 1) * 100)
  return `${percent < 0 ? '−' : '+'}${Math.abs(percent)} %`
}

/** A class of context sizes as people say it: `8k`, `128k`, `larger`. */
export function formatContext(size) {
  const tokens = Number(size)
  if (!Number.isFinite(tokens)) return 'larger'
  if (tokens >= 1_048_576 && tokens % 1_048_576 === 0) return `${tokens / 1_048_576}M`
  return tokens % 1_024 === 0 ? `${tokens / 1_024}k` : String(tokens)
}

/** The name of a series: service only where there are several. */
export function seriesName({ service, model, context_size }, several = false) {
  return `${several ? `${service} · ` : ''}${model} · ${formatContext(context_size)}`
}
