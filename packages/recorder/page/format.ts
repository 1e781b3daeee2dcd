import { element } from './dom.js'

/** Made once: making one takes far longer than using it. */
const { format: formatNumber } = new Intl.NumberFormat('en', { maximumSignificantDigits: 21 })
const bytes = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
/** Figures that a double holds. */
const mostFigures = 15

/**
 * A value in its KPI's unit: in three figures, or in as many more as show on which side of each of `limits` it is.
 * A value of 0.8004 that is shown as 0.800 would look like a breach of a threshold of 0.8.
 * @param unit UCUM: `s`, `By`, `1`, `{token}`
 */
export function formatValue(
  value: number | null | undefined,
  unit: string,
  limits: readonly number[] = [],
): string {
  if (value === null || value === undefined) return '–'
  const ends = unit === '1' ? [0, 1, ...limits] : limits
  const isOnItsSide = (shown: number) =>
    ends.every((limit) => Math.sign(shown - limit) === Math.sign(value - limit))
  for (let figures = 3; figures < mostFigures; figures++) {
    const { text, shown } = inFigures(value, unit, figures)
    if (isOnItsSide(shown)) return text
  }
  return inFigures(value, unit, mostFigures).text
}

/** A threshold or another number that somebody wrote, with all its figures: `0.8`, `5.125 s`, `15,000`. */
export function formatExact(value: number, unit: string): string {
  return inFigures(value, unit === '1' ? '' : unit, mostFigures).text
}

/** A value in so many figures, as text and as the number that the text says. */
function inFigures(value: number, unit: string, figures: number): { text: string; shown: number } {
  // Digits after the point, so that ratios stand below one another.
  if (unit === '1') return { text: value.toFixed(figures), shown: Number(value.toFixed(figures)) }
  const { scale, name } = scaleOf(value, unit)
  const scaled = value / scale
  // Digits before the point are never rounded away.
  const digits = Math.max(figures, Math.trunc(Math.abs(scaled)).toString().length)
  const shown = Number(scaled.toPrecision(Math.min(100, digits)))
  return { text: `${formatNumber(shown)}${name && ` ${name}`}`, shown: shown * scale }
}

/** The unit in which a value is shown, and how many of the KPI's unit it is. */
function scaleOf(value: number, unit: string): { scale: number; name: string } {
  const size = Math.abs(value)
  if (unit === 's') return size > 0 && size < 1 ? { scale: 0.001, name: 'ms' } : { scale: 1, name: 's' }
  if (unit !== 'By') return { scale: 1, name: unit.startsWith('{') ? '' : unit }
  const power = Math.min(bytes.length - 1, Math.floor(Math.log2(Math.max(1, size)) / 10))
  return { scale: 1024 ** power, name: bytes[power] ?? '' }
}

/** The name of what a unit counts, where the value itself does not say it. */
export function unitName(unit: string): string {
  return unit.startsWith('{') ? `${unit.slice(1, -1)}s` : ''
}

/** A value for people, with the exact one beside it for programs and on hover. */
export function valueElement(
  value: number | null | undefined,
  { unit }: { readonly unit: string },
  limits: readonly number[] = [],
): HTMLElement {
  if (value === null || value === undefined) return element('span', { class: 'unknown' }, '–')
  const name = unitName(unit)
  return element(
    'data',
    { value: String(value), title: `${value}${name && ` ${name}`}` },
    formatValue(value, unit, limits),
  )
}

/** A change as a share: `−34 %`, `×2.4`. Empty where a value is negative: a share of it means nothing. */
export function formatChange(before: number, after: number): string {
  if (before < 0 || after < 0) return ''
  if (before === 0) return after === 0 ? '±0 %' : 'from 0'
  const ratio = after / before
  if (ratio >= 2) return `×${formatValue(ratio, '')}`
  const percent = Math.abs(ratio - 1) * 100
  const text = percent < 1 || percent > 99 ? formatValue(percent, '') : String(Math.round(percent))
  return `${ratio < 1 ? '−' : '+'}${text} %`
}

/** A class of context sizes as people say it: `8k`, `128k`, `larger`; other labels as they are. */
export function formatContext(size: string): string {
  if (size === '+Inf') return 'larger'
  const tokens = Number(size)
  if (!Number.isInteger(tokens) || tokens <= 0) return size
  if (tokens % 1_048_576 === 0) return `${tokens / 1_048_576}M`
  return tokens % 1_024 === 0 ? `${tokens / 1_024}k` : String(tokens)
}

/** A series: one service, model, class of context sizes and operation. */
export interface Series {
  readonly service: string
  readonly model: string
  readonly context_size: string
  /** Empty where the metric has none. */
  readonly operation: string
}

/** The name of a series: with its service only where there are several. */
export function seriesName({ service, model, context_size, operation }: Series, several = false): string {
  const parts = [several ? service : '', model, operation, formatContext(context_size)]
  return parts.filter((part) => part !== '').join(' · ')
}
