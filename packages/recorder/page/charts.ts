import type { Charts, DashboardData, DashboardKpi } from './api.js'
import { type Chart, chartColumns, keyOf, type LineStyle, lineStyles, meanColumn } from './chart-data.js'
import { chartHeight, chartOptions, type View } from './chart-drawing.js'
import { byId, element, nextFrame, setText } from './dom.js'
import { formatValue, seriesName, unitName } from './format.js'
import type { Thresholds } from './level.js'
import { formatDuration, formatLocal, formatUtc } from './time.js'

/** What a chart shows, and what its texts say. */
interface ChartView extends View {
  readonly lines: readonly (LineStyle & Chart['series'][number])[]
  readonly several: boolean
  readonly total: number
  /** Whether the lines have different thresholds; those of the KPI are drawn then. */
  readonly isMixed: boolean
}

interface Plot {
  readonly uplot: uPlot
  /** What needs a new plot when it changes. */
  readonly shape: string
  /** Read each time the plot is painted. */
  readonly shown: { view: ChartView }
}

interface Drawing {
  readonly figure: HTMLElement
  readonly box: HTMLElement
  readonly note: HTMLElement
  readonly reading: HTMLElement
  /** Undefined until the KPI has values. */
  plot?: Plot
}

/** Charts by KPI, in the order of the catalog. */
const drawings = new Map<string, Drawing>()

/**
 * Draws or updates one chart for each KPI that has values.
 * @param onSelect called with a stretch of time that the reader marked, Unix seconds
 */
export async function showCharts(
  charts: Charts,
  data: DashboardData,
  onSelect: (from: number, to: number) => void,
): Promise<void> {
  const styles = lineStyles(charts)
  const lines = Object.values(charts.kpis).flatMap(({ series }) => series)
  const several = new Set(lines.map(({ service }) => service)).size > 1
  byId('trends').hidden = lines.length === 0
  showLegend(lines, styles, several)
  setText(byId('trends-note'), windowNote(charts, data))
  for (const kpi of data.kpis) {
    const chart = charts.kpis[kpi.id]
    // All have their place from the start, whichever has data first.
    const drawing = drawings.get(kpi.id) ?? newDrawing(kpi)
    drawing.figure.hidden = !chart?.series.length
    if (!chart?.series.length) continue
    const shared = sharedThresholds(kpi, chart, data)
    const view: ChartView = {
      kpi,
      several,
      total: chart.total_series,
      thresholds: shared ?? kpi.thresholds,
      isMixed: shared === undefined,
      gaps: charts.gaps,
      marks: charts.marks.filter((mark) => mark.kpi === kpi.id),
      x: [charts.from, Math.max(charts.to, charts.from + 60)],
      lines: chart.series.map((series) => ({ ...series, ...styleOf(styles, series) })),
    }
    draw(drawing, view, chartColumns(chart, charts), onSelect)
    // A frame for each: a reader's scrolling never waits for all of them.
    await nextFrame()
  }
}

function draw(
  drawing: Drawing,
  view: ChartView,
  columns: uPlot.AlignedData,
  onSelect: (from: number, to: number) => void,
): void {
  const shape = JSON.stringify(view.lines.map((line) => [keyOf(line), line.colour, line.dash]))
  if (drawing.plot?.shape === shape) {
    drawing.plot.shown.view = view
    drawing.plot.uplot.setData(columns)
  } else {
    drawing.plot?.uplot.destroy()
    const shown = { view }
    const options = chartOptions(() => shown.view, drawing.box.clientWidth || 320, {
      onCursor: (plot) => {
        if (plot.cursor.event) read(drawing)
      },
      onSelect,
    })
    drawing.plot = { uplot: new uPlot(options, columns, drawing.box), shape, shown }
  }
  setText(drawing.note, chartNote(view))
  drawing.box.setAttribute('aria-label', description(view))
}

function newDrawing(kpi: DashboardKpi): Drawing {
  const box = element('div', { class: 'plot', tabindex: '0', role: 'group' })
  const note = element('small', { class: 'chart-note' })
  const reading = element('div', { class: 'reading', 'aria-hidden': 'true' })
  const figure = element(
    'figure',
    { class: 'chart', id: `chart-${kpi.id}` },
    element('figcaption', { title: kpi.description }, kpi.title, note),
    box,
    reading,
  )
  byId('charts').append(figure)
  const drawing: Drawing = { figure, box, note, reading }
  box.addEventListener('keydown', (event) => readWithKeys(event, drawing))
  for (const event of ['mouseleave', 'blur']) box.addEventListener(event, () => reading.replaceChildren())
  drawings.set(kpi.id, drawing)
  return drawing
}

function styleOf(styles: ReadonlyMap<string, LineStyle>, series: Chart['series'][number]): LineStyle {
  return styles.get(keyOf(series)) ?? { colour: '--series-0', dash: [] }
}

/** The thresholds that all lines of a chart share: of their place, else the KPI's; undefined where they differ. */
function sharedThresholds(kpi: DashboardKpi, { series }: Chart, data: DashboardData): Thresholds | undefined {
  const byPlace = new Map(data.current.map((current) => [keyOf(current), current.kpis[kpi.id]?.thresholds]))
  const [first, ...others] = series.map((line) => byPlace.get(keyOf(line)) ?? kpi.thresholds)
  const same = JSON.stringify(first)
  return others.every((each) => JSON.stringify(each) === same) ? first : undefined
}

function chartNote({ kpi, total, lines, marks, isMixed }: ChartView): string {
  const parts = [unitName(kpi.unit)]
  if (total > lines.length) parts.push(`the ${lines.length} worst of ${total.toLocaleString('en')} series`)
  if (marks.length > 0) parts.push(`${marks.length} alert${marks.length === 1 ? '' : 's'}`)
  if (isMixed) parts.push('default thresholds, some series have others')
  return parts.filter((part) => part !== '').join(' · ')
}

/** What a chart shows, in words. */
function description({ kpi, lines, marks, several }: ChartView): string {
  const last = lines.map(
    (line) => `${seriesName(line, several)} ${formatValue(line.points.at(-1)?.[1], kpi.unit)}`,
  )
  return `${kpi.title} over time. Last points: ${last.join(', ')}. ${marks.length} alerts in this window. Left and right arrow keys read values.`
}

function windowNote(
  { from, to, step_seconds }: Pick<Charts, 'from' | 'to' | 'step_seconds'>,
  { window }: DashboardData,
): string {
  const begin =
    from - window.from > 2 * step_seconds
      ? `Since the first snapshot at ${formatUtc(from)} UTC (${formatDuration(to - from)})`
      : `${formatUtc(from)} to ${formatUtc(to)} UTC`
  return `${begin}. Each point is the mean of ${formatDuration(step_seconds)}, the shade its least and greatest value. Drag over a chart to zoom in.`
}

function showLegend(
  lines: readonly Chart['series'][number][],
  styles: ReadonlyMap<string, LineStyle>,
  several: boolean,
): void {
  const byKey = new Map(lines.map((line) => [keyOf(line), line]))
  const items = [...styles].flatMap(([key, { colour }]) => {
    const line = byKey.get(key)
    return line === undefined ? [] : [element('li', {}, colourKey(colour), seriesName(line, several))]
  })
  byId('legend').replaceChildren(...items)
}

function colourKey(colour: string): HTMLElement {
  return element('span', { class: `key ${colour.slice(2)}` })
}

/** Shows below a chart what its lines are at the cursor; nothing where the cursor is elsewhere. */
function read({ plot, reading }: Drawing): void {
  const index = plot?.uplot.cursor.idx
  const time = index === null || index === undefined ? undefined : plot?.uplot.data[0][index]
  if (plot === undefined || index === null || index === undefined || time === undefined) {
    reading.replaceChildren()
    return
  }
  reading.replaceChildren(
    element('span', {}, element('strong', {}, `${formatUtc(time)} UTC`), ` · ${formatLocal(time)}`),
    ...valuesAt(plot.uplot, plot.shown.view, index).map(({ colour, text }) =>
      element('span', {}, colourKey(colour), text),
    ),
  )
}

/** Lets arrow keys, Home and End move through a chart, and says each step. */
function readWithKeys(event: KeyboardEvent, drawing: Drawing): void {
  if (drawing.plot === undefined) return
  const { uplot, shown } = drawing.plot
  const last = uplot.data[0].length - 1
  const from = uplot.cursor.idx ?? last
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: from - 1,
    ArrowRight: from + 1,
    Home: 0,
    End: last,
  }
  const to = steps[event.key]
  if (to === undefined) return
  event.preventDefault()
  const index = Math.min(last, Math.max(0, to))
  const time = uplot.data[0][index]
  if (time === undefined) return
  uplot.setCursor({ left: uplot.valToPos(time, 'x'), top: 10 })
  read(drawing)
  const values = valuesAt(uplot, shown.view, index).map(({ text }) => text)
  setText(byId('chart-announcement'), `${formatUtc(time)} UTC. ${values.join(', ')}`)
}

function valuesAt(uplot: uPlot, { lines, kpi, several }: ChartView, index: number) {
  return lines.map((line, i) => {
    const columnAt = (field: number) => uplot.data[meanColumn(i) + field]?.[index] ?? null
    const [least, greatest] = [columnAt(1), columnAt(2)]
    const range =
      least === greatest ? '' : ` (${formatValue(least, kpi.unit)} to ${formatValue(greatest, kpi.unit)})`
    return {
      colour: line.colour,
      text: `${seriesName(line, several)}: ${formatValue(columnAt(0), kpi.unit)}${range}`,
    }
  })
}

/** Fits every chart to its column. */
export function resizeCharts(): void {
  for (const { plot, box } of drawings.values())
    if (plot && box.clientWidth && plot.uplot.width !== box.clientWidth)
      plot.uplot.setSize({ width: box.clientWidth, height: chartHeight })
}

/** Draws again after a change between light and dark. */
export function redrawCharts(): void {
  for (const { plot } of drawings.values()) plot?.uplot.redraw(false)
}
