import { meanColumn } from './chart-data.js'
import { colour, paintBehind, paintFront } from './chart-paint.js'
import { chartRange } from './chart-range.js'
import { formatRound } from './format.js'

export const chartHeight = 180
/** More steps than this are a line and no points. */
const mostPoints = 20
/** Steps of an axis of bytes: round in KiB, MiB and GiB. */
const byteSteps = Array.from({ length: 50 }, (_, power) => 2 ** power)
const hour = 3_600
/** Steps of the time axis, seconds. */
const timeSteps = [
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60),
  ...[1, 2, 3, 6, 12].map((hours) => hours * hour),
  ...[1, 2, 5, 10, 30].map((days) => days * 24 * hour),
]
const day = 24 * hour

/** Times of the x axis, always in UTC. */
function timeLabels(plot, ticks) {
  const span = plot.scales.x.max - plot.scales.x.min
  return ticks.map((tick, i) => {
    const iso = new Date(tick * 1_000).toISOString()
    const date = new Date(tick * 1_000).toLocaleDateString('en-GB', {
      day: 'numeric',
      month: 'short',
      timeZone: 'UTC',
    })
    const time = ticks.some((each) => each % 60 !== 0) ? iso.slice(11, 19) : iso.slice(11, 16)
    if (span > 3 * day) return date
    return i === 0 || tick % day === 0 ? (span > 12 * hour ? `${time}\n${date}` : time) : time
  })
}

/**
 * Options of a KPI's chart.
 * @param view what is drawn at the moment: `{ kpi, thresholds, gaps, marks, x: [from, to], lines: [{ colour, dash }] }`;
 *   read each time it is painted, so that new data need no new chart
 * @param onCursor hears which step the cursor is at, null for none
 * @param onSelect hears of a stretch of time that was marked
 */
export function chartOptions(view, width, { onCursor, onSelect }) {
  const axis = {
    stroke: () => colour('--muted'),
    grid: { stroke: () => colour('--grid'), width: 1 },
    ticks: { show: false },
  }
  return {
    width,
    height: chartHeight,
    padding: [10, 8, 0, 0],
    tzDate: (seconds) => globalThis.uPlot.tzDate(new Date(seconds * 1_000), 'Etc/UTC'),
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
      { ...axis, size: 34, space: 60, incrs: timeSteps, values: timeLabels },
      {
        ...axis,
        size: 62,
        space: 34,
        ...(view().kpi.unit === 'By' ? { incrs: byteSteps } : {}),
        values: (_, ticks) => ticks.map((tick) => formatRound(tick, view().kpi.unit)),
      },
    ],
    series: [{}, ...view().lines.flatMap((_, line) => seriesOf(view, line))],
    bands: view().lines.map((_, line) => ({
      series: [meanColumn(line) + 2, meanColumn(line) + 1],
      fill: () => `${colour(view().lines[line].colour)}22`,
    })),
    hooks: {
      drawClear: [(plot) => paintBehind(plot, view())],
      draw: [(plot) => paintFront(plot, view())],
      setCursor: [(plot) => onCursor(plot)],
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

/** The mean as a line, least and greatest only as the edges of its shade. */
function seriesOf(view, line) {
  const edge = { stroke: 'transparent', width: 0, points: { show: false } }
  return [
    {
      stroke: () => colour(view().lines[line].colour),
      width: 2,
      dash: view().lines[line].dash,
      // A value without neighbours has no line; where there are few, each is shown.
      points: { show: (_, __, first, last) => last - first < mostPoints, size: 5 },
    },
    edge,
    edge,
  ]
}
