import { drawChart, lineKey } from './chart-drawing.js'
import { type ChartContent, type ChartLine, chartFrame } from './chart-frame.js'
import { type Drawing, rectangle, type Shape, shapeOf } from './shape.js'

/** What a picture to share says above its chart. */
export interface PictureText {
  readonly title: string
  /** A line each. */
  readonly notes: readonly string[]
}

const width = 900
const edge = 20
const chartHeight = 320
const lineHeight = 18
/** About the width of a character of a legend. */
const letter = 6.5
/** Longer lines would stick out. */
const mostLetters = 120

/**
 * A picture to share, as SVG: what it is about in words, the names of the lines, and the chart as the page draws it.
 * @param chart left out for an alert that is not about a KPI
 */
export function drawPicture({ title, notes }: PictureText, chart?: ChartContent): Drawing {
  const shapes: Shape[] = [label(title, edge, edge + 16, '--text', 17)]
  let y = edge + 16
  for (const note of notes) {
    y += lineHeight
    shapes.push(
      label(note.length > mostLetters ? `${note.slice(0, mostLetters - 1)}…` : note, edge, y, '--muted', 13),
    )
  }
  if (chart !== undefined) {
    const keys = legend(chart.lines, y + lineHeight + 4)
    shapes.push(...keys.shapes)
    y = keys.bottom + 10
    const frame = chartFrame(chart, width - 2 * edge, chartHeight)
    const { children, attributes } = drawChart(chart, frame, title)
    shapes.push(
      shapeOf(
        'g',
        { transform: `translate(${edge} ${y})`, 'font-size': attributes['font-size'] ?? 11 },
        ...children,
      ),
    )
    y += chartHeight
  }
  const height = y + edge
  return shapeOf(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': title },
    rectangle(0, 0, width, height, { fill: 'var(--card)' }),
    ...shapes,
  )
}

/** The names of lines, in as many rows as they need. */
function legend(lines: readonly ChartLine[], top: number): { shapes: Shape[]; bottom: number } {
  let [x, y] = [edge, top]
  const shapes = lines.flatMap((line) => {
    const room = 26 + line.name.length * letter
    if (x + room > width - edge && x > edge) [x, y] = [edge, y + lineHeight]
    const place = x
    x += room + 14
    const key = shapeOf('g', { transform: `translate(${place} ${y - 7})` }, ...lineKey(line).children)
    return [key, label(line.name, place + 24, y, '--text', 12)]
  })
  return { shapes, bottom: y }
}

function label(content: string, x: number, y: number, colour: string, size: number): Shape {
  return shapeOf('text', { x, y, 'font-size': size, fill: `var(${colour})` }, content)
}
