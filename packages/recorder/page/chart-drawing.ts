import type { Axis, Options, Series as PlotSeries } from 'uplot'
import type { Charts, DashboardKpi } from './api.js'
import { chartRange, type LineStyle, meanColumn } from './chart-data.js'
import { formatExact, type Series } from './format.js'
import { isLevel, rank, type Thresholds, thresholdLevels } from './level.js'
import { formatDay, isoOf } from './time.js'

/** What a chart shows at the moment; read each time it is painted, so that new data need no new chart. */
export interface View {
  readonly kpi: DashboardKpi
  readonly thresholds: Thresholds
  readonly gaps: Charts['gaps']
  readonly marks: Charts['marks']
  /** Ends of the time axis, Unix seconds. */
  readonly x: [number, number]
  readonly lines: readonly (LineStyle & Series)[]
}

interface Handlers {
  /** Called when the cursor has moved. */
  onCursor(plot: uPlot): void
  /** Called with a stretch of time that was marked, Unix seconds. */
  onSelect(from: number, to: number): void
}

export const chartHeight = 180
/** More steps than this are a line without points. */
const mostPoints = 20
/** Steps of an axis of bytes: round in KiB, MiB and GiB. */
const byteSteps = Array.from({ length: 50 }, (_, power) => 2 ** power)
const hour = 3_600
const day = 24 * hour
/** Steps of the time axis, seconds. */
const timeSteps = [
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60),
  ...[1, 2, 3, 6, 12].map((hours) => hours * hour),
  ...[1, 2, 5, 10, 30].map((days) => days * day),
]
const stripHeight = 4

/** Options of a KPI's chart for uPlot. */
export function chartOptions(view: () => View, width: number, { onCursor, onSelect }: Handlers): Options {
  const axis: Axis = {
    stroke: () => colour('--muted'),
    grid: { stroke: () => colour('--grid'), width: 1 },
    ticks: { show: false },
  }
  const { lines, kpi } = view()
  return {
    width,
    height: chartHeight,
    padding: [10, 8, 0, 0],
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), 'Etc/UTC'),
    legend: { show: false },
    cursor: {
      y: false,
      sync: { key: 'trends' },
      drag: { x: true, y: false, setScale: false },
      points: { size: 7 },
    },
    scales: {
      x: { range: () => view().x },
      y: { range: (_, least, greatest) => chartRange(view().kpi, view().thresholds, least, greatest) },
    },
    axes: [
      { ...axis, size: 34, space: 60, incrs: timeSteps, values: (_, ticks) => timeLabels(ticks, view().x) },
      {
        ...axis,
        size: 62,
        space: 34,
        ...(kpi.unit === 'By' ? { incrs: byteSteps } : {}),
        values: (_, ticks) => ticks.map((tick) => formatExact(tick, view().kpi.unit)),
      },
    ],
    series: [{}, ...lines.flatMap(plotSeries)],
    bands: lines.map((line, i) => ({
      series: [meanColumn(i) + 2, meanColumn(i) + 1],
      fill: () => `${colour(line.colour)}22`,
    })),
    hooks: {
      drawClear: [(plot) => paintBehind(plot, view())],
      draw: [(plot) => paintFront(plot, view())],
      setCursor: [onCursor],
      setSelect: [
        (plot) => {
          const { left, width: wide } = plot.select
          if (wide < 8) return
          onSelect(plot.posToVal(left, 'x'), plot.posToVal(left + wide, 'x'))
          plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false)
        },
      ],
    },
  }
}

/** The mean as a line, least and greatest value only as the edges of its shade. */
function plotSeries(line: LineStyle): PlotSeries[] {
  const edge: PlotSeries = { stroke: 'transparent', width: 0, points: { show: false } }
  return [
    {
      stroke: () => colour(line.colour),
      width: 2,
      dash: [...line.dash],
      // A value without neighbours has no line; where there are few, each is shown.
      points: { show: (_, __, first, last) => last - first < mostPoints, size: 5 },
    },
    edge,
    edge,
  ]
}

/** Labels of the time axis, always in UTC. */
function timeLabels(ticks: readonly number[], [from, to]: readonly [number, number]): string[] {
  return ticks.map((tick, i) => {
    if (to - from > 3 * day) return formatDay(tick)
    const hasSeconds = ticks.some((each) => each % 60 !== 0)
    const time = isoOf(tick).slice(11, hasSeconds ? 19 : 16)
    const needsDay = (i === 0 || tick % day === 0) && to - from > 12 * hour
    return needsDay ? `${time}\n${formatDay(tick)}` : time
  })
}

/** A colour of the style sheet, as it is at the moment. */
function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

/** Below the lines: the bands beyond each threshold, and the stretches without snapshots. */
function paintBehind(plot: uPlot, { kpi, thresholds, gaps }: View): void {
  const { ctx, bbox } = plot
  const xOf = (seconds: number) => plot.valToPos(seconds, 'x', true)
  const yOf = (value: number) => plot.valToPos(value, 'y', true)
  ctx.save()
  clip(ctx, bbox)
  for (const { from, to } of gaps) {
    ctx.fillStyle = colour('--gap')
    ctx.fillRect(xOf(from), bbox.top, Math.max(2, xOf(to) - xOf(from)), bbox.height)
  }
  // From the worst inwards: each band ends where the next worse one begins.
  let beyond = kpi.direction === 'higher_is_better' ? bbox.top + bbox.height : bbox.top
  for (const level of thresholdLevels.toReversed()) {
    const limit = thresholds[level]
    if (limit === undefined) continue
    const edge = yOf(limit)
    ctx.fillStyle = colour(`--tint-${level}`)
    ctx.fillRect(bbox.left, Math.min(edge, beyond), bbox.width, Math.abs(beyond - edge))
    beyond = edge
  }
  ctx.restore()
}

/** Above the lines: each threshold's edge and name, and when alerts fired. */
function paintFront(plot: uPlot, { kpi, thresholds, marks }: View): void {
  const { ctx, bbox } = plot
  const pixel = devicePixelRatio
  ctx.save()
  clip(ctx, bbox)
  ctx.font = `${11 * pixel}px system-ui, sans-serif`
  ctx.textAlign = 'left'
  let labelled = Number.NEGATIVE_INFINITY
  for (const level of thresholdLevels.toReversed()) {
    const limit = thresholds[level]
    if (limit === undefined) continue
    const y = plot.valToPos(limit, 'y', true)
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
    ctx.fillStyle = colour(`--${isLevel(level) ? level : 'info'}`)
    ctx.fillRect(left, bbox.top, Math.max(2 * pixel, right - left), stripHeight * pixel)
    ctx.fillRect(left, bbox.top, pixel, 14 * pixel)
  }
  ctx.restore()
}

function clip(ctx: CanvasRenderingContext2D, { left, top, width, height }: uPlot.BBox): void {
  ctx.beginPath()
  ctx.rect(left, top, width, height)
  ctx.clip()
}
