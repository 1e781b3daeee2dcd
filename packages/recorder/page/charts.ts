import type { Charts, DashboardData, DashboardKpi } from './api.js'
import { changeInWords } from './change-in-words.js'
import { followPointer, type Plot, showCursor } from './chart-cursor.js'
import { type KpiChart, kpiCharts, legendOf } from './chart-data.js'
import { drawChart, lineKey } from './chart-drawing.js'
import { chartFrame, limitsOutside } from './chart-frame.js'
import { changeName, timesOf } from './chart-lines.js'
import { byId, drawn, element, nextFrame, setText } from './dom.js'
import { formatValue } from './format.js'
import { type PictureParts, shareButtons } from './share.js'
import { formatDuration, formatOther, formatTime, formatZoned, timeOf } from './time.js'

/** The place of a KPI's chart on the page. */
interface Place {
  readonly figure: HTMLElement
  readonly box: HTMLElement
  readonly note: HTMLElement
  /** Opens and closes it. */
  readonly title: HTMLAnchorElement
  readonly reading: HTMLElement
  /** Undefined until the KPI has values. */
  shown?: { readonly chart: KpiChart; readonly total: number; readonly plot: Plot }
  /** Of the times of its points. */
  cursor?: number | undefined
}

const chartHeight = { closed: 190, open: 360 } as const

/** Places by KPI, in the order of the catalog. */
const places = new Map<string, Place>()

interface Handlers {
  /** Called with a stretch of time that the reader marked, Unix seconds. */
  readonly onSelect: (from: number, to: number) => void
  /** Called with the time of a point that the reader chose in the chart of a KPI, Unix seconds. */
  readonly onPoint: (kpi: DashboardKpi, time: number) => void
  /** Where the page shows a chart as it is now, in the same window. */
  readonly linkTo: (kpi: DashboardKpi) => string
}

/** The KPI whose chart is open. */
let opened: string | undefined

/** Seconds between two points. */
let step = 60

/** Draws one chart for each KPI that has values. */
export async function showCharts(answer: Charts, data: DashboardData, handlers: Handlers): Promise<void> {
  step = answer.step_seconds
  const charts = new Map(kpiCharts(answer, data).map((chart) => [chart.id, chart]))
  byId('trends').hidden = charts.size === 0
  byId('legend').replaceChildren(
    ...legendOf([...charts.values()]).map((line) => element('li', {}, drawn(lineKey(line)), line.name)),
  )
  setText(byId('trends-note'), windowNote(answer, data))
  showChanges(answer)
  for (const kpi of data.kpis) {
    const chart = charts.get(kpi.id)
    // All have their place from the start, whichever has data first.
    const place = places.get(kpi.id) ?? newPlace(kpi, handlers)
    place.figure.hidden = chart === undefined
    if (chart === undefined) continue
    draw(place, chart, answer.kpis[kpi.id]?.total_series ?? 0)
    // A frame for each: a reader's scrolling never waits for all of them.
    await nextFrame()
  }
}

function draw(place: Place, chart: KpiChart, total: number): void {
  const frame = chartFrame(chart, place.box.clientWidth || 320, heightOf(chart.id))
  const svg = drawn(drawChart(chart, frame, description(chart)))
  place.box.replaceChildren(svg)
  const plot = { box: place.box, svg, frame, times: timesOf(chart.lines.map(({ points }) => points)) }
  place.shown = { chart, total, plot }
  setText(place.note, chartNote(chart, total, limitsOutside(chart, frame)))
  if (place.cursor !== undefined) showCursor(plot, plot.times[place.cursor])
}

function heightOf(id: string): number {
  return id === opened ? chartHeight.open : chartHeight.closed
}

/** Seconds between two points of the charts. */
export function chartStep(): number {
  return step
}

/** Makes the chart of a KPI large, and the others as they were; undefined closes it. @param linkTo the page with a chart open */
export function openChart(id: string | undefined, linkTo: (kpi: string | undefined) => string): void {
  const isNew = opened !== id
  opened = id
  for (const [kpi, { figure, title }] of places) {
    const isOpen = kpi === id
    figure.classList.toggle('open', isOpen)
    title.href = linkTo(isOpen ? undefined : kpi)
    title.dataset.kpi = isOpen ? '' : kpi
    title.setAttribute('aria-expanded', String(isOpen))
  }
  if (!isNew) return
  resizeCharts()
  if (id !== undefined) places.get(id)?.figure.scrollIntoView({ block: 'center' })
}

function newPlace(kpi: DashboardKpi, { onSelect, onPoint, linkTo }: Handlers): Place {
  const box = element('div', {
    class: 'plot',
    tabindex: '0',
    role: 'group',
    'aria-label': `${kpi.title} over time`,
  })
  const note = element('small', { class: 'chart-note' })
  const reading = element('div', { class: 'reading', 'aria-hidden': 'true' })
  const title = element('a', { role: 'button', 'data-focus': `chart-${kpi.id}` }, kpi.title)
  const share = shareButtons({
    name: kpi.title,
    link: () => linkTo(kpi),
    picture: () => pictureOf(places.get(kpi.id)?.shown),
  })
  const figure = element(
    'figure',
    { class: 'chart', id: `chart-${kpi.id}` },
    element('figcaption', { title: kpi.description }, title, note),
    box,
    share,
    reading,
  )
  byId('charts').append(figure)
  const place: Place = { figure, box, note, title, reading }
  const choose = (index: number | undefined) => {
    const time = index === undefined ? undefined : place.shown?.plot.times[index]
    if (time !== undefined) onPoint(kpi, time)
  }
  followPointer(box, {
    ...{ plot: () => place.shown?.plot, onSelect, onPoint: choose },
    onCursor: (index) => read(place, index),
  })
  box.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') choose(place.cursor)
    else readWithKeys(event, place)
  })
  box.addEventListener('blur', () => read(place, undefined))
  places.set(kpi.id, place)
  return place
}

/** A chart as a picture for others, with its window and its lines in words. */
function pictureOf(shown: Place['shown']): PictureParts {
  if (shown === undefined) throw new Error('the chart has no values')
  const { chart, total } = shown
  const frame = chartFrame(chart, 860, 320)
  const window = `${formatTime(chart.from)} to ${formatZoned(chart.to)}`
  const notes = [window, chartNote(chart, total, limitsOutside(chart, frame))]
  return { title: chart.kpi.title, notes: notes.filter((text) => text !== ''), chart }
}

/** What people changed in the window, each with the letter that the charts have at its time. */
function showChanges({ changes }: Charts): void {
  byId('trends-changes').replaceChildren(
    ...changes.map((change, i) =>
      element(
        'li',
        {},
        element('strong', {}, changeName(i)),
        ' ',
        timeOf(change.at),
        `: ${changeInWords(change)}`,
      ),
    ),
  )
}

function chartNote({ kpi, lines, marks, isMixed }: KpiChart, total: number, outside: string): string {
  const parts = [kpi.value_of]
  if (total > lines.length) parts.push(`the ${lines.length} worst of ${total.toLocaleString('en')} series`)
  if (marks.length > 0) parts.push(`${marks.length} alert${marks.length === 1 ? '' : 's'}`)
  if (isMixed) parts.push('default thresholds, some series have others')
  parts.push(outside)
  return parts.filter((part) => part !== '').join(' · ')
}

/** What a chart shows, in words. */
function description({ kpi, lines, marks }: KpiChart): string {
  const last = lines.map(({ name, points }) => `${name} ${formatValue(points.at(-1)?.[1], kpi.unit)}`)
  return `${kpi.title} over time. Last points: ${last.join(', ')}. ${marks.length} alerts in this window. Left and right arrow keys read values, Enter lists the operations there.`
}

function windowNote(
  { from, to, step_seconds }: Pick<Charts, 'from' | 'to' | 'step_seconds'>,
  { window }: DashboardData,
): string {
  const begin =
    from - window.from > 2 * step_seconds
      ? `Since the first snapshot at ${formatZoned(from)} (${formatDuration(to - from)})`
      : `${formatTime(from)} to ${formatZoned(to)}`
  return `${begin}. Each point is the mean of the snapshots of ${formatDuration(step_seconds)}, the shade their least and greatest value. Drag over a chart to zoom in; click at a point for its operations.`
}

/** Shows below a chart what its lines are at the cursor, and the time in every chart; undefined where the cursor is elsewhere. */
function read(place: Place, index: number | undefined): void {
  place.cursor = index
  const time = index === undefined ? undefined : place.shown?.plot.times[index]
  for (const { shown } of places.values()) if (shown !== undefined) showCursor(shown.plot, time)
  if (place.shown === undefined || time === undefined) {
    place.reading.replaceChildren()
    return
  }
  place.reading.replaceChildren(
    element('span', {}, element('strong', {}, formatZoned(time)), ` · ${formatOther(time)}`),
    ...valuesAt(place.shown.chart, time).map(({ line, text }) =>
      element('span', {}, drawn(lineKey(line)), text),
    ),
  )
}

/** Lets arrow keys, Home and End move through a chart, and says each step. */
function readWithKeys(event: KeyboardEvent, place: Place): void {
  if (place.shown === undefined) return
  const { chart, plot } = place.shown
  const last = plot.times.length - 1
  const from = place.cursor ?? last
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
  const time = plot.times[index]
  if (time === undefined) return
  read(place, index)
  const values = valuesAt(chart, time).map(({ text }) => text)
  setText(byId('chart-announcement'), `${formatZoned(time)}. ${values.join(', ')}`)
}

function valuesAt({ lines, kpi }: KpiChart, time: number) {
  return lines.map((line) => {
    const [, mean = null, least = null, greatest = null] = line.points.find(([at]) => at === time) ?? []
    const range =
      least === greatest ? '' : ` (${formatValue(least, kpi.unit)} to ${formatValue(greatest, kpi.unit)})`
    return { line, text: `${line.name}: ${formatValue(mean, kpi.unit)}${range}` }
  })
}

/** Fits every chart to its column. */
export function resizeCharts(): void {
  for (const place of places.values()) {
    const { shown, box } = place
    if (shown === undefined || !box.clientWidth) continue
    const { width, height } = shown.plot.frame
    if (width !== box.clientWidth || height !== heightOf(shown.chart.id))
      draw(place, shown.chart, shown.total)
  }
}
