import { shape } from './element.js'
import { levelClass } from './level.js'

const width = 100

/**
 * A bar from best to worst with a tick for each threshold: how much room a value has left. Nothing without thresholds.
 * It says nothing that the cell's words don't, so it is hidden from screen readers.
 */
export function headroom(kpi, thresholds, value, severity) {
  const limits = Object.values(thresholds)
  if (limits.length === 0) return null
  const [best, worst] = ends(kpi, limits)
  const at = (number) => width * Math.min(1, Math.max(0, (number - best) / (worst - best)))
  return shape(
    'svg',
    {
      class: `headroom ${levelClass(severity)}`,
      viewBox: `0 0 ${width} 6`,
      preserveAspectRatio: 'none',
      'aria-hidden': 'true',
    },
    shape('rect', { class: 'room', x: '0', y: '1', width: String(width), height: '4' }),
    shape('rect', { class: 'used', x: '0', y: '1', width: String(Math.max(1.5, at(value))), height: '4' }),
    ...Object.entries(thresholds).map(([level, limit]) =>
      shape('rect', {
        class: `tick ${levelClass(level)}`,
        x: String(at(limit) - 0.75),
        y: '0',
        width: '1.5',
        height: '6',
      }),
    ),
  )
}

/** Where the bar begins and ends: a little beyond the worst threshold, which lies near its end. */
function ends({ direction, unit }, limits) {
  if (direction === 'lower_is_better') return [0, Math.max(...limits) * 1.15]
  const best = unit === '1' ? 1 : Math.max(...limits) * 1.5
  return [best, Math.min(...limits) - (best - Math.min(...limits)) * 0.15]
}
