import type { PeopleChange } from './change-in-words.js'
import { extent, type Point } from './chart-lines.js'
import { chartRange, type Limits, limitLabel, type Measure, type Scale, scaleOf } from './chart-scale.js'

/** A line of a chart. */
export interface ChartLine {
  /** Which series it is, for people. */
  readonly name: string
  /** A property of the style sheet: `--series-0`. */
  readonly colour: string
  readonly dash: readonly number[]
  /** Ascending by time. */
  readonly points: readonly Point[]
}

/** What a chart shows. Times are Unix seconds. The page and the report draw it alike. */
export interface ChartContent {
  readonly kpi: Measure & {
    readonly title: string
    /** What its value is of the operations of a snapshot: `p95`. */
    readonly value_of: string
  }
  readonly thresholds: Limits
  readonly lines: readonly ChartLine[]
  readonly from: number
  readonly to: number
  readonly stepSeconds: number
  /** Times without snapshots. */
  readonly gaps: readonly { readonly from: number; readonly to: number }[]
  /** When alerts of this KPI fired; `to` is null while one fires. */
  readonly marks: readonly {
    readonly level: string | null
    readonly from: number
    readonly to: number | null
  }[]
  /** When people changed something, ascending. */
  readonly changes: readonly PeopleChange[]
}

/** Where the parts of a chart lie, in pixels of the drawing, and which values lie where. */
export interface ChartFrame {
  readonly width: number
  readonly height: number
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  readonly range: readonly [number, number]
  readonly scale: Scale
  x(seconds: number): number
  y(value: number): number
  /** The time at a place, Unix seconds. */
  timeAt(x: number): number
}

/** Levels that thresholds have, the mildest first. */
export const limitLevels = ['warning', 'error', 'critical'] as const

const margin = { left: 58, right: 12, top: 26, bottom: 32 }

/**
 * The frame of a chart.
 * @param width of the drawing, pixels
 * @param scale the unit of the axis; by default that of its upper end
 */
export function chartFrame(
  { kpi, thresholds, lines, from, to }: ChartContent,
  width: number,
  height: number,
  scale?: Scale,
): ChartFrame {
  const [least, greatest] = extent(lines.map(({ points }) => points))
  const range = chartRange(kpi, thresholds, least, greatest)
  const [left, right, top, bottom] = [margin.left, width - margin.right, margin.top, height - margin.bottom]
  const end = Math.max(to, from + 60)
  return {
    width,
    height,
    left,
    right,
    top,
    bottom,
    range,
    scale: scale ?? scaleOf(range, kpi.unit),
    x: (seconds) => left + ((seconds - from) / (end - from)) * (right - left),
    y: (value) => bottom - ((value - range[0]) / (range[1] - range[0])) * (bottom - top),
    timeAt: (x) => from + ((x - left) / (right - left)) * (end - from),
  }
}

/** Room that the name of a threshold needs. */
export const nameHeight = 12

/** A threshold, for people: `warning ≥ 5 s`. */
function limitName(
  { direction }: Measure,
  level: (typeof limitLevels)[number],
  limit: number,
  scale: Scale,
): string {
  return `${level} ${direction === 'higher_is_better' ? '≤' : '≥'} ${limitLabel(limit, scale)}`
}

/** A threshold in a chart. */
export interface DrawnLimit {
  readonly level: (typeof limitLevels)[number]
  readonly y: number
  readonly name: string
  /** False where its name would lie on that of a worse one. */
  readonly isNamed: boolean
}

/** The thresholds that lie in a chart, the worst first. */
export function drawnLimits(
  { kpi, thresholds }: ChartContent,
  { range, scale, y }: ChartFrame,
): DrawnLimit[] {
  let named = Number.NEGATIVE_INFINITY
  return limitLevels.toReversed().flatMap((level) => {
    const limit = thresholds[level]
    if (limit === undefined || limit < range[0] || limit > range[1]) return []
    const isNamed = Math.abs(y(limit) - named) >= nameHeight
    if (isNamed) named = y(limit)
    return [{ level, y: y(limit), name: limitName(kpi, level, limit, scale), isNamed }]
  })
}

/** Thresholds whose names are not in a chart, in words: nobody should miss them. Empty where all are in it. */
export function limitsOutside(content: ChartContent, frame: ChartFrame): string {
  const named = new Set(drawnLimits(content, frame).flatMap(({ level, isNamed }) => (isNamed ? [level] : [])))
  return limitLevels
    .flatMap((level) => {
      const limit = content.thresholds[level]
      if (limit === undefined || named.has(level)) return []
      // In the chart's unit it could be a long number: 5,000 ms.
      return [limitName(content.kpi, level, limit, scaleOf([limit], content.kpi.unit))]
    })
    .join(', ')
}
