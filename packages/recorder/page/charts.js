import { element } from './element.js'
import { formatContext, formatValue } from './format.js'
import uPlot from './uplot.js'

const height = 170
const levels = ['warning', 'error', 'critical']

/** @type {Map<string, { plot: uPlot, shape: string, box: HTMLElement }>} */
const drawn = new Map()

/** Draws or updates the chart of one KPI: a line for each series, its thresholds as dashed lines. */
export function drawChart(container, kpi, { series }) {
  const lines = series.map(({ service, model, context_size }) => ({
    label: `${model} ${formatContext(context_size)}`,
    service,
  }))
  const shape = JSON.stringify(lines)
  const data = alignedData(series)
  const known = drawn.get(kpi.id)
  if (known?.shape === shape) {
    known.plot.setData(data)
    return
  }
  const figure = element(
    'figure',
    { class: 'chart', 'aria-label': `${kpi.title} over time` },
    element('figcaption', {}, kpi.title),
  )
  const box = element('div', {})
  figure.append(box)
  if (known) {
    known.plot.destroy()
    known.box.replaceWith(figure)
  } else {
    container.append(figure)
  }
  const plot = new uPlot(options(kpi, lines, box.clientWidth || 320), data, box)
  drawn.set(kpi.id, { plot, shape, box: figure })
}

/** Fits every chart to its column. */
export function resizeCharts() {
  for (const { plot, box } of drawn.values()) {
    const width = box.querySelector('div')?.clientWidth
    if (width) plot.setSize({ width, height })
  }
}

/** Draws again in the colours in force, after a change between light and dark. */
export function redrawCharts() {
  for (const { plot } of drawn.values()) plot.redraw(false)
}

/** uPlot wants one list of times for all lines. */
function alignedData(series) {
  const times = [...new Set(series.flatMap(({ points }) => points.map(([time]) => time)))].sort(
    (a, b) => a - b,
  )
  const values = series.map(({ points }) => {
    const byTime = new Map(points.map(([time, mean]) => [time, mean]))
    return times.map((time) => byTime.get(time) ?? null)
  })
  return [times, ...values]
}

function options(kpi, lines, width) {
  const axis = { stroke: () => colour('--muted'), grid: { stroke: () => colour('--line'), width: 1 } }
  return {
    width,
    height,
    cursor: { y: false },
    legend: { live: true },
    scales: { y: { range: (_, least, greatest) => range(kpi, least, greatest) } },
    axes: [
      { ...axis, size: 30 },
      { ...axis, size: 64, values: (_, ticks) => ticks.map((tick) => formatValue(tick, kpi.unit)) },
    ],
    series: [
      {},
      ...lines.map(({ label }, i) => ({
        label,
        stroke: () => colour(`--series-${i % 8}`),
        width: 1.75,
        spanGaps: false,
        points: { show: false },
        value: (_, value) => formatValue(value, kpi.unit),
      })),
    ],
    hooks: { draw: [(plot) => drawThresholds(plot, kpi)] },
  }
}

/** Room for the values, and for a threshold where they come near it; a flat line lies in the middle. */
function range(kpi, least, greatest) {
  if (least === null || greatest === null) return [0, 1]
  const near = Object.values(kpi.thresholds).filter(
    (threshold) => threshold >= least * 0.7 && threshold <= greatest * 1.4,
  )
  const low = Math.min(least, ...near)
  const high = Math.max(greatest, ...near)
  const room = (high - low || Math.abs(high) || 1) * 0.08
  return [low >= 0 ? Math.max(0, low - room) : low - room, high + room]
}

function drawThresholds(plot, kpi) {
  const { ctx, bbox } = plot
  for (const level of levels) {
    const threshold = kpi.thresholds[level]
    if (threshold === undefined) continue
    const y = plot.valToPos(threshold, 'y', true)
    if (y < bbox.top || y > bbox.top + bbox.height) continue
    ctx.save()
    ctx.strokeStyle = colour(`--${level}`)
    ctx.setLineDash([6, 4])
    ctx.lineWidth = 1.5
    ctx.beginPath()
    ctx.moveTo(bbox.left, y)
    ctx.lineTo(bbox.left + bbox.width, y)
    ctx.stroke()
    ctx.restore()
  }
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}
