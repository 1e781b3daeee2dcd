import type { ChartFrame } from './chart-frame.js'
import { nearest } from './chart-lines.js'
import { shape } from './dom.js'

/** A chart under the reader's hand. */
export interface Plot {
  readonly box: HTMLElement
  readonly svg: SVGSVGElement
  readonly frame: ChartFrame
  /** Times of its points, ascending. */
  readonly times: readonly number[]
}

interface Handlers {
  plot(): Plot | undefined
  /** Called with the index of the time at the cursor; undefined where the cursor has left. */
  onCursor(index: number | undefined): void
  /** Called with a stretch of time that was marked, Unix seconds. */
  onSelect(from: number, to: number): void
  /** Called with the index of the time that was clicked at. */
  onPoint(index: number): void
}

/** A shorter stretch is a click. */
const leastDrag = 8

/** Lets a pointer read a chart, and mark a stretch of time in it. */
export function followPointer(box: HTMLElement, { plot, onCursor, onSelect, onPoint }: Handlers): void {
  let began: number | undefined
  const placeOf = ({ frame, svg }: Plot, event: PointerEvent) => {
    const { left, width } = svg.getBoundingClientRect()
    const x = ((event.clientX - left) / width) * frame.width
    return Math.min(frame.right, Math.max(frame.left, x))
  }
  box.addEventListener('pointermove', (event) => {
    const own = plot()
    if (own === undefined) return
    const x = placeOf(own, event)
    onCursor(nearest(own.times, own.frame.timeAt(x)))
    if (began !== undefined) showSelection(own, began, x)
  })
  box.addEventListener('pointerdown', (event) => {
    const own = plot()
    if (own === undefined || event.button !== 0 || event.pointerType !== 'mouse') return
    began = placeOf(own, event)
    box.setPointerCapture(event.pointerId)
  })
  box.addEventListener('pointerup', (event) => {
    const own = plot()
    if (own === undefined || began === undefined) return
    const [from, to] = [began, placeOf(own, event)].sort((a, b) => a - b) as [number, number]
    began = undefined
    own.svg.querySelector('.selection')?.remove()
    if (to - from >= leastDrag) return onSelect(own.frame.timeAt(from), own.frame.timeAt(to))
    const index = nearest(own.times, own.frame.timeAt(to))
    if (index !== undefined) onPoint(index)
  })
  for (const event of ['pointercancel', 'lostpointercapture'] as const) {
    box.addEventListener(event, () => {
      began = undefined
      plot()?.svg.querySelector('.selection')?.remove()
    })
  }
  box.addEventListener('pointerleave', () => onCursor(undefined))
}

function showSelection({ svg, frame: { top, bottom } }: Plot, from: number, to: number): void {
  const [x, width] = [Math.min(from, to), Math.abs(to - from)]
  svg.querySelector('.selection')?.remove()
  svg.append(
    shape('rect', {
      class: 'selection',
      x: String(x),
      y: String(top),
      width: String(width),
      height: String(bottom - top),
    }),
  )
}

/** Shows a time in a chart as an upright line; undefined shows none. */
export function showCursor(
  { svg, frame: { x, left, right, top, bottom } }: Plot,
  time: number | undefined,
): void {
  svg.querySelector('.cursor')?.remove()
  if (time === undefined || x(time) < left || x(time) > right) return
  svg.append(shape('path', { class: 'cursor', d: `M${x(time)} ${top}V${bottom}` }))
}
