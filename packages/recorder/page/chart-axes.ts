import { type ChartContent, type ChartFrame, limitLevels } from './chart-frame.js'
import { roundTicks, timeText, timeTicks, valueLabels } from './chart-scale.js'
import { path, px, rectangle, type Shape, shapeOf, text } from './shape.js'
import { zoneAt } from './time.js'

/** Room that a label of the axes needs; a time with seconds is longer. */
const room = { x: 52, withSeconds: 72, y: 28 }

/** From the worst inwards: each band ends where the next worse one begins. */
export function bands(
  { kpi, thresholds }: ChartContent,
  { left, right, top, bottom, y }: ChartFrame,
): Shape[] {
  const within = (place: number) => Math.min(bottom, Math.max(top, place))
  let beyond = kpi.direction === 'higher_is_better' ? bottom : top
  return limitLevels.toReversed().flatMap((level) => {
    const limit = thresholds[level]
    if (limit === undefined) return []
    const edge = within(y(limit))
    const size = Math.abs(beyond - edge)
    const band = rectangle(left, Math.min(edge, beyond), right - left, size, { fill: `var(--tint-${level})` })
    beyond = edge
    return size === 0 ? [] : [band]
  })
}

/** Times without snapshots. */
export function gapAreas({ gaps }: ChartContent, { left, right, top, bottom, x }: ChartFrame): Shape[] {
  return gaps.flatMap(({ from, to }) => {
    const [begin, end] = [Math.max(left, x(from)), Math.min(right, x(to))]
    if (begin > right || end < left) return []
    const title = shapeOf('title', {}, `No snapshots from ${timeText(from)} to ${timeText(to)} ${zoneAt(to)}`)
    const area = rectangle(
      begin,
      top,
      Math.max(2, end - begin),
      bottom - top,
      { class: 'gap', fill: 'var(--gap)' },
      title,
    )
    const isWide = end - begin > 70
    return [
      area,
      ...(isWide ? [text('no snapshots', [(begin + end) / 2, bottom - 6], '--muted', 'middle')] : []),
    ]
  })
}

/** The axis of values, with a unit at every label or above them. */
export function valueAxis(
  { kpi }: ChartContent,
  { left, right, top, bottom, range, scale, y }: ChartFrame,
): Shape[] {
  const ticks = roundTicks(range, Math.max(2, Math.floor((bottom - top) / room.y)), kpi.unit)
  const labels = valueLabels(ticks, kpi.unit, scale)
  return [
    ...ticks.flatMap((tick, i) => [
      path(`M${left} ${px(y(tick))}H${px(right)}`, '--grid', 1),
      text(labels[i] ?? '', [left - 6, y(tick) + 4], '--muted', 'end'),
    ]),
    ...axisName(kpi.unit).map((name) => text(name, [left - 6, 12], '--muted', 'end')),
  ]
}

/** What an axis counts; none where its labels say it. */
function axisName(unit: string): string[] {
  if (unit === '1') return ['ratio']
  return unit.startsWith('{') ? [`${unit.slice(1, -1)}s`] : []
}

/** The axis of time. */
export function timeAxis(
  { from }: ChartContent,
  { left, right, top, bottom, x, timeAt }: ChartFrame,
): Shape[] {
  // A frame is longer than a window of some seconds.
  const ticksOf = (each: number) =>
    timeTicks([from, timeAt(right)], Math.max(2, Math.floor((right - left) / each)))
  const narrow = ticksOf(room.x)
  const ticks = narrow.some(({ time }) => time.length > '12:00'.length) ? ticksOf(room.withSeconds) : narrow
  return [
    path(`M${left} ${bottom}H${px(right)}`, '--muted', 1),
    ...ticks.flatMap(({ at, time, day }) => [
      path(`M${px(x(at))} ${top}V${bottom + 3}`, '--grid', 1),
      text(time, [inside(x(at), left, right), bottom + 14], '--muted', 'middle'),
      ...(day === undefined
        ? []
        : [text(day, [inside(x(at), left, right), bottom + 26], '--muted', 'middle')]),
    ]),
    text(zoneAt(from), [4, bottom + 26], '--muted', 'start'),
  ]
}

/** Keeps a label in the drawing. */
function inside(place: number, left: number, right: number): number {
  return Math.min(right - 8, Math.max(left + 8, place))
}
