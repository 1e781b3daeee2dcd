import { rank } from './level.js'

const levels = ['warning', 'error', 'critical']
const stripHeight = 4

/** A colour of the style sheet, in force at the moment. */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

/** Below the lines: the bands beyond each threshold, and the stretches of which nothing is known. */
export function paintBehind(plot, { kpi, thresholds, gaps }) {
  const { ctx, bbox } = plot
  ctx.save()
  clip(ctx, bbox)
  for (const { from, to } of gaps) {
    const left = plot.valToPos(from, 'x', true)
    ctx.fillStyle = colour('--gap')
    ctx.fillRect(left, bbox.top, Math.max(2, plot.valToPos(to, 'x', true) - left), bbox.height)
  }
  const isLow = kpi.direction === 'higher_is_better'
  const bands = levels.flatMap((level) =>
    thresholds[level] === undefined ? [] : [{ level, at: thresholds[level] }],
  )
  for (const [i, { level, at }] of bands.entries()) {
    const edge = plot.valToPos(at, 'y', true)
    const beyond = bands[i + 1]
      ? plot.valToPos(bands[i + 1].at, 'y', true)
      : isLow
        ? bbox.top + bbox.height
        : bbox.top
    ctx.fillStyle = colour(`--tint-${level}`)
    ctx.fillRect(bbox.left, Math.min(edge, beyond), bbox.width, Math.abs(beyond - edge))
  }
  ctx.restore()
}

/** Above the lines: each threshold's edge and name, and when alerts fired. */
export function paintFront(plot, { kpi, thresholds, marks }) {
  const { ctx, bbox } = plot
  const pixel = devicePixelRatio
  ctx.save()
  clip(ctx, bbox)
  ctx.font = `${11 * pixel}px system-ui, sans-serif`
  ctx.textAlign = 'left'
  let labelled = Number.NEGATIVE_INFINITY
  for (const level of levels.toReversed()) {
    if (thresholds[level] === undefined) continue
    const y = plot.valToPos(thresholds[level], 'y', true)
    ctx.strokeStyle = colour(`--${level}`)
    ctx.fillStyle = ctx.strokeStyle
    ctx.lineWidth = pixel
    ctx.setLineDash([4 * pixel, 4 * pixel])
    ctx.beginPath()
    ctx.moveTo(bbox.left, y)
    ctx.lineTo(bbox.left + bbox.width, y)
    ctx.stroke()
    // Names that would lie on one another are left out, the milder ones first.
    if (Math.abs(y - labelled) < 12 * pixel) continue
    labelled = y
    // Inside the band, unless that has no room.
    const isLow = kpi.direction === 'higher_is_better'
    const room = isLow ? bbox.top + bbox.height - y : y - bbox.top
    const isBelow = room > 12 * pixel ? isLow : !isLow
    ctx.fillText(level, bbox.left + 4 * pixel, isBelow ? y + 11 * pixel : y - 4 * pixel)
  }
  // The worst level last, so that it lies on top.
  for (const { level, from, to } of marks.toSorted((a, b) => rank(b.level) - rank(a.level))) {
    const left = plot.valToPos(from, 'x', true)
    const right = to === null ? bbox.left + bbox.width : plot.valToPos(to, 'x', true)
    ctx.fillStyle = colour(`--${levels.includes(level) ? level : 'info'}`)
    ctx.fillRect(left, bbox.top, Math.max(2 * pixel, right - left), stripHeight * pixel)
    ctx.fillRect(left, bbox.top, pixel, 14 * pixel)
  }
  ctx.restore()
}

function clip(ctx, { left, top, width, height }) {
  ctx.beginPath()
  ctx.rect(left, top, width, height)
  ctx.clip()
}
