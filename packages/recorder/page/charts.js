import { chartColours, chartColumns, keyOf } from './chart-data.js'
import { chartHeight, chartOptions } from './chart-options.js'
import { readPoint, readWithKeys } from './chart-reading.js'
import { byId, element, setText } from './element.js'
import { formatValue, seriesName, unitName } from './format.js'
import { nextFrame } from './frame.js'
import { formatDuration, formatUtc } from './time.js'

/** @type {Map<string, { plot: object, shape: string, view: object, box: HTMLElement, figure: HTMLElement }>} */
const drawn = new Map()

/**
 * Draws or updates one chart for each KPI that has values.
 * @param charts the answer of /api/charts
 * @param onSelect hears of a stretch of time that the reader marked, Unix seconds
 */
export async function showCharts(charts, data, onSelect) {
  const thresholds = new Map(data.current.map((series) => [keyOf(series), series.kpis]))
  const colours = chartColours(charts)
  const several = new Set([...colours.keys()].map((key) => JSON.parse(key)[0])).size > 1
  showLegend(colours, several)
  setText(byId('trends-note'), note(charts, data))
  for (const kpi of data.kpis) {
    const chart = charts.kpis[kpi.id]
    // All have their place from the start, in the catalog's order, whichever has data first.
    const { figure } = drawn.get(kpi.id) ?? frame(kpi)
    figure.hidden = !chart?.series.length
    if (!chart?.series.length) continue
    showChart(kpi, { chart, charts, thresholds, colours, several, onSelect })
    // A frame for each: a reader's scrolling never waits for all of them.
    await nextFrame()
  }
}

function showChart(kpi, { chart, charts, thresholds, colours, several, onSelect }) {
  const view = {
    kpi,
    several,
    total: chart.total_series,
    thresholds: thresholdsOf(kpi, chart, thresholds),
    gaps: charts.gaps,
    marks: charts.marks.filter((mark) => mark.kpi === kpi.id),
    x: [charts.from, Math.max(charts.to, charts.from + 60)],
    lines: chart.series.map((series) => ({ ...series, ...colours.get(keyOf(series)) })),
  }
  const columns = chartColumns(chart, charts)
  const shape = JSON.stringify(view.lines.map((line) => [keyOf(line), line.colour, line.dash]))
  const entry = drawn.get(kpi.id)
  entry.view = view
  if (entry.shape === shape) entry.plot.setData(columns)
  else {
    entry.plot?.destroy()
    entry.shape = shape
    const width = entry.box.clientWidth || 320
    const handlers = { onCursor: (plot) => plot.cursor.event && readPoint(plot, entry), onSelect }
    entry.plot = new globalThis.uPlot(
      chartOptions(() => entry.view, width, handlers),
      columns,
      entry.box,
    )
  }
  setText(entry.figure.querySelector('.chart-note'), chartNote(view))
  entry.box.setAttribute('aria-label', description(view))
}

function frame(kpi) {
  const box = element('div', { class: 'plot', tabindex: '0', role: 'group' })
  const figure = element(
    'figure',
    { class: 'chart', id: `chart-${kpi.id}` },
    element('figcaption', { title: kpi.description }, kpi.title, element('small', { class: 'chart-note' })),
    box,
    element('div', { class: 'reading', 'aria-hidden': 'true' }),
  )
  byId('charts').append(figure)
  const entry = { figure, box, view: undefined, shape: undefined, plot: undefined }
  box.addEventListener('keydown', (event) => readWithKeys(event, entry))
  box.addEventListener('mouseleave', () => readPoint(undefined, entry))
  box.addEventListener('blur', () => readPoint(undefined, entry))
  drawn.set(kpi.id, entry)
  return entry
}

/** The thresholds in force for the lines of a chart: those of their place where all share them, else the general ones. */
function thresholdsOf(kpi, { series }, known) {
  const found = series.flatMap((line) => {
    const current = known.get(keyOf(line))?.[kpi.id]
    return current ? [JSON.stringify(current.thresholds)] : []
  })
  return new Set(found).size === 1 ? JSON.parse(found[0]) : kpi.thresholds
}

function chartNote({ kpi, total, lines, marks }) {
  const parts = [unitName(kpi.unit)]
  if (total > lines.length) parts.push(`the ${lines.length} worst of ${total.toLocaleString('en')} series`)
  if (marks.length > 0) parts.push(`${marks.length} alert${marks.length === 1 ? '' : 's'}`)
  return parts.filter(Boolean).join(' · ')
}

/** What a chart shows, in words. */
function description({ kpi, lines, marks, several }) {
  const newest = lines.map((line) => {
    const last = line.points.findLast(([, mean]) => mean !== null)
    return `${seriesName(line, several)} ${formatValue(last?.[1], kpi.unit)}`
  })
  return `${kpi.title} over time. Newest: ${newest.join(', ')}. ${marks.length} alerts in this window. Left and right arrow keys read values.`
}

function note({ from, to, step_seconds }, { window }) {
  const young = from - window.from > 2 * step_seconds
  const start = young
    ? `since the first snapshot at ${formatUtc(from)} UTC (${formatDuration(to - from)})`
    : `${formatUtc(from)} to ${formatUtc(to)} UTC`
  return `${start}; each point is the mean of ${formatDuration(step_seconds)}, the shade its least and greatest value. Drag over a chart to look closer.`
}

function showLegend(colours, several) {
  const keys = [...colours].map(([key, { colour }]) => {
    const [service, model, context_size] = JSON.parse(key)
    return element(
      'li',
      {},
      element('span', { class: `key ${colour.slice(2)}` }),
      seriesName({ service, model, context_size }, several),
    )
  })
  byId('legend').replaceChildren(...keys)
}

/** Fits every chart to its column. */
export function resizeCharts() {
  for (const { plot, box } of drawn.values())
    if (plot && box.clientWidth && plot.width !== box.clientWidth)
      plot.setSize({ width: box.clientWidth, height: chartHeight })
}

/** Draws again in the colours in force, after a change between light and dark. */
export function redrawCharts() {
  for (const { plot } of drawn.values()) plot?.redraw(false)
}
