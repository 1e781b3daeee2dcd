import type { DashboardKpi } from './api.js'
import { element, shape } from './dom.js'

/** Levels, the worst first. */
export const levels = ['critical', 'error', 'warning', 'info'] as const

export type Level = (typeof levels)[number]

/** Levels that thresholds have, the mildest first. */
export const thresholdLevels = ['warning', 'error', 'critical'] as const

export type Thresholds = { readonly [level in (typeof thresholdLevels)[number]]?: number | undefined }

/** A level that Mnemoscope knows; alerts of other origin may have others. */
export function isLevel(level: string | null): level is Level {
  return levels.some((known) => known === level)
}

/** Where a level stands, 0 for the worst; unknown levels come last. */
export function rank(level: string | null): number {
  return isLevel(level) ? levels.indexOf(level) : levels.length
}

/** The level's class in style sheets; null is the class of values within their thresholds. */
export function levelClass(level: string | null): string {
  return `level-${level === null ? 'ok' : isLevel(level) ? level : 'other'}`
}

/** A level as colour and word: many people do not see the colour. */
export function badge(level: string | null): HTMLSpanElement {
  return element('span', { class: `badge ${levelClass(level)}` }, level ?? 'ok')
}

const width = 100

/**
 * A bar from best to worst with a tick for each threshold: how far a value is from them. Nothing without thresholds.
 * It repeats what the cell says in words, so it is hidden from screen readers.
 */
export function thresholdBar(
  kpi: Pick<DashboardKpi, 'direction' | 'unit'>,
  thresholds: Thresholds,
  value: number,
  level: string | null,
): SVGSVGElement | null {
  const limits = Object.values(thresholds).filter((limit) => limit !== undefined)
  if (limits.length === 0) return null
  const [best, worst] = endsOfBar(kpi, limits)
  const at = (number: number) => width * Math.min(1, Math.max(0, (number - best) / (worst - best)))
  return shape(
    'svg',
    {
      class: `threshold-bar ${levelClass(level)}`,
      viewBox: `0 0 ${width} 6`,
      preserveAspectRatio: 'none',
      'aria-hidden': 'true',
    },
    shape('rect', { class: 'track', x: '0', y: '1', width: String(width), height: '4' }),
    shape('rect', { class: 'value', x: '0', y: '1', width: String(Math.max(1.5, at(value))), height: '4' }),
    ...thresholdLevels.map((name) => {
      const limit = thresholds[name]
      if (limit === undefined) return null
      const x = String(at(limit) - 0.75)
      return shape('rect', { class: `tick ${levelClass(name)}`, x, y: '0', width: '1.5', height: '6' })
    }),
  )
}

/** Where the bar begins and ends: a little beyond the worst threshold, which lies near its end. */
function endsOfBar(
  { direction, unit }: Pick<DashboardKpi, 'direction' | 'unit'>,
  limits: readonly number[],
): [number, number] {
  if (direction === 'lower_is_better') return [0, Math.max(...limits) * 1.15]
  const best = unit === '1' ? 1 : Math.max(...limits) * 1.5
  return [best, Math.min(...limits) - (best - Math.min(...limits)) * 0.15]
}
