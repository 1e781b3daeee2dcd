import { changeInWords } from './change-in-words.js'
import { type ChartContent, type ChartFrame, drawnLimits, limitLevels, nameHeight } from './chart-frame.js'
import { markers } from './chart-lines.js'
import { timeText } from './chart-scale.js'
import { path, px, rectangle, type Shape, shapeOf, text } from './shape.js'
import { zoneAt } from './time.js'

/** Where alerts are marked: above the values, so that a rate of 1 at the top is seen. */
const strip = { top: 15, height: 5 }
/** Room that the name of a change needs. */
const nameWidth = 16

/** Of more alerts than these, only the strip is drawn: their beginnings would hide the lines. */
const mostBegins = 12

/** Thresholds that lie in the chart, each with its name. */
export function thresholdLines(content: ChartContent, frame: ChartFrame): Shape[] {
  const { left, right, top, bottom } = frame
  const isLow = content.kpi.direction === 'higher_is_better'
  return drawnLimits(content, frame).flatMap(({ level, y, name, isNamed }) => {
    const line = path(`M${left} ${px(y)}H${px(right)}`, `--${level}`, 1, [4, 4])
    if (!isNamed) return [line]
    // Inside the band, unless that has no room.
    const space = isLow ? bottom - y : y - top
    const isBelow = space > nameHeight ? isLow : !isLow
    return [line, text(name, [left + 4, isBelow ? y + 11 : y - 4], `--${level}`, 'start')]
  })
}

/** When alerts fired, by level. */
export function alertStrip({ marks }: ChartContent, { left, right, bottom, x }: ChartFrame): Shape[] {
  const known: readonly (string | null)[] = limitLevels
  const rank = (level: string | null) => known.indexOf(level)
  // The worst level last, so that it lies on top.
  return marks
    .toSorted((a, b) => rank(a.level) - rank(b.level))
    .flatMap(({ level, from, to }) => {
      const [begin, end] = [Math.max(left, x(from)), Math.min(right, to === null ? right : x(to))]
      if (begin > right || end < left) return []
      const fill = `var(--${rank(level) === -1 ? 'info' : level})`
      const until = to === null ? ', still firing' : ` to ${timeText(to)} ${zoneAt(to)}`
      const title = shapeOf('title', {}, `${level ?? 'alert'} from ${timeText(from)} ${zoneAt(from)}${until}`)
      return [
        rectangle(
          begin,
          strip.top,
          Math.max(2, end - begin),
          strip.height,
          { class: 'alert-mark', fill },
          title,
        ),
        ...(x(from) < left || marks.length > mostBegins
          ? []
          : [
              path(
                `M${px(begin)} ${strip.top}V${bottom}`,
                rank(level) === -1 ? '--info' : `--${level}`,
                1,
                [],
                0.45,
              ),
            ]),
      ]
    })
}

/** When people changed something, each with its letter. */
export function changeLines({ changes }: ChartContent, { top, bottom, x }: ChartFrame): Shape[] {
  const xs = changes.map(({ at }) => x(at))
  return [
    ...xs.map((place, i) =>
      shapeOf(
        'g',
        { class: 'change-mark' },
        shapeOf(
          'title',
          {},
          `${timeText(changes[i]?.at ?? 0)} ${zoneAt(changes[i]?.at ?? 0)}: ${changes[i] ? changeInWords(changes[i]) : ''}`,
        ),
        path(`M${px(place)} ${top - 4}V${bottom}`, '--text', 1, [2, 3]),
      ),
    ),
    ...markers(xs, nameWidth).map(({ x: place, name }) =>
      text(name, [place, 11], '--text', 'middle', 'bold'),
    ),
  ]
}
