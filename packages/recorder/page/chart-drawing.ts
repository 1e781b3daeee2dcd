import { bands, gapAreas, timeAxis, valueAxis } from './chart-axes.js'
import type { ChartContent, ChartFrame, ChartLine } from './chart-frame.js'
import { type Point, segments } from './chart-lines.js'
import { alertStrip, changeLines, thresholdLines } from './chart-marks.js'
import { type Drawing, path, px, type Shape, shapeOf, stroke, text } from './shape.js'

/** A line with at most so many points shows each of them. */
const mostDots = 20

/**
 * A chart as SVG: axes with units, lines that break where nothing is known, thresholds with their names, alerts in a strip
 * above, changes as lines with letters. Colours are properties of the style sheet `colours.css`.
 */
export function drawChart(content: ChartContent, frame: ChartFrame, label: string): Drawing {
  const { width, height } = frame
  return shapeOf(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label, 'font-size': 11 },
    ...bands(content, frame),
    ...valueAxis(content, frame),
    ...timeAxis(content, frame),
    ...gapAreas(content, frame),
    ...content.lines.flatMap((line) => lineShapes(line, content.stepSeconds, frame)),
    ...thresholdLines(content, frame),
    ...alertStrip(content, frame),
    ...changeLines(content, frame),
    ...(content.lines.every(({ points }) => points.length === 0)
      ? [text('No values in this time', middle(frame), '--muted', 'middle')]
      : []),
  )
}

/** The key of a line beside its name. */
export function lineKey({ colour, dash }: Pick<ChartLine, 'colour' | 'dash'>): Drawing {
  return shapeOf(
    'svg',
    { viewBox: '0 0 18 6', width: 18, height: 6, 'aria-hidden': 'true' },
    shapeOf('path', { d: 'M0 3H18', 'stroke-width': 3, ...stroke(colour, dash) }),
  )
}

function lineShapes({ points, colour, dash }: ChartLine, step: number, { x, y }: ChartFrame): Shape[] {
  const parts = segments(points, step)
  const at = (time: number, value: number) => `${px(x(time))} ${px(y(value))}`
  const along = (part: readonly Point[], field: 1 | 2 | 3) =>
    part.map((point) => at(point[0], point[field])).join('L')
  const shades = parts.filter((part) => part.length > 1 && part.some(([, , low, high]) => low !== high))
  const lines = parts.filter((part) => part.length > 1)
  // A value without neighbours has no line; where there are few, each is shown.
  const dots = points.length <= mostDots ? points : parts.flatMap((part) => (part.length === 1 ? part : []))
  return [
    ...(shades.length === 0
      ? []
      : [
          shapeOf('path', {
            d: shades.map((part) => `M${along(part, 3)}L${along(part.toReversed(), 2)}Z`).join(''),
            fill: `var(${colour})`,
            'fill-opacity': 0.14,
          }),
        ]),
    ...(lines.length === 0
      ? []
      : [
          shapeOf('path', {
            class: 'line',
            d: lines.map((part) => `M${along(part, 1)}`).join(''),
            'stroke-width': 2,
            'stroke-linejoin': 'round',
            ...stroke(colour, dash),
          }),
        ]),
    ...dots.map(([time, mean, low, high]) =>
      shapeOf(
        'g',
        { class: 'dot' },
        ...(low === high ? [] : [path(`M${px(x(time))} ${px(y(low))}V${px(y(high))}`, colour, 1)]),
        shapeOf('circle', { cx: px(x(time)), cy: px(y(mean)), r: 2.5, fill: `var(${colour})` }),
      ),
    ),
  ]
}

function middle({ left, right, top, bottom }: ChartFrame): [number, number] {
  return [(left + right) / 2, (top + bottom) / 2]
}
