import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { ReportCell, ReportSection } from '@mnemoscope/kpi'
import type { AnswerOf, DashboardData } from '@mnemoscope/recorder'
import {
  alertsPerDay,
  changeInWords,
  changeName,
  chartFrame,
  drawChart,
  escapeMarkup,
  type KpiChart,
  kpiCharts,
  legendOf,
  limitsOutside,
  lineKey,
  shapeMarkup,
  timeText,
} from '@mnemoscope/recorder/shown'
import type { Report } from './report.js'
import { type Review, reviewTitle } from './review.js'
import { type Scales, span } from './units.js'

export type Charts = AnswerOf<'GET /api/charts'>

/** Size of a chart, in pixels of its drawing. */
const size = { width: 460, height: 210 }

const style = `
html{font-size:15px}body{font:1rem/1.5 system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;max-width:68rem;margin:2rem auto;padding:0 1rem;
background:var(--card);color:var(--text);-webkit-print-color-adjust:exact;print-color-adjust:exact}
h1{font-size:1.3rem;margin:0}h2{font-size:1rem;letter-spacing:.04em;margin:2rem 0 .5rem}a{color:var(--accent)}
.table{overflow-x:auto}table{border-collapse:collapse}
th,td{text-align:left;vertical-align:top;padding:.25rem 1rem .25rem 0;border-bottom:1px solid var(--line)}
th{font-weight:500}th,.note{color:var(--muted)}.note{font-size:.85rem;margin:.3rem 0}
.short{white-space:nowrap}td:not(.short){min-width:10rem}.good{color:var(--ok)}.warning{color:var(--warning)}.bad{color:var(--critical)}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,26rem),1fr));gap:1rem 1.5rem}
figure{margin:0;break-inside:avoid}figcaption{font-weight:600}figcaption small{font-weight:400;color:var(--muted);margin-left:.6rem}
figure svg{display:block;width:100%;height:auto;font-variant-numeric:tabular-nums}
ul{list-style:none;padding:0;margin:.4rem 0;font-size:.9rem}.legend{display:flex;flex-wrap:wrap;gap:.2rem 1.25rem}
.legend svg{margin-right:.4rem;vertical-align:middle}
@media print{html{font-size:10.5px}body{margin:0;max-width:none}.table{overflow:visible}tr{break-inside:avoid}h2{break-after:avoid}
.charts{grid-template-columns:1fr 1fr}}`

/** The report as one HTML file with charts, without scripts or anything to load: it can be mailed. */
export function reportHtml(
  { heading, sections, scales }: Report,
  data: DashboardData,
  charts: Charts,
  review?: Review,
): string {
  const drawn = chartsHtml(charts, data, scales)
  const days = review === undefined ? '' : daysHtml(review)
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    `<title>Mnemoscope report</title><style>${colours()}${style}</style></head><body>`,
    `<h1>Mnemoscope report</h1><p>${escapeMarkup(heading)}</p>`,
    ...sections.map(
      (section, i) =>
        sectionHtml(section) + (i === 1 ? drawn : '') + (section.title === reviewTitle ? days : ''),
    ),
    '</body></html>\n',
  ].join('\n')
}

/** The colours of the page, for light, dark and paper. */
function colours(): string {
  return readFileSync(createRequire(import.meta.url).resolve('@mnemoscope/recorder/colours.css'), 'utf8')
}

function chartsHtml(answer: Charts, data: DashboardData, scales: Scales): string {
  const charts = kpiCharts(answer, data)
  const drawn = new Set(charts.map(({ id }) => id))
  const empty = data.kpis.flatMap(({ id, title }) => (drawn.has(id) ? [] : [title]))
  const none =
    empty.length === 0 ? [] : [note(`No chart, because there is no value in this time: ${empty.join(', ')}.`)]
  if (charts.length === 0) return none.join('\n')
  const legend = legendOf(charts).map(
    (line) => `<li>${shapeMarkup(lineKey(line))}${escapeMarkup(line.name)}</li>`,
  )
  return [
    `<ul class="legend">${legend.join('')}</ul>`,
    `<div class="charts">${charts.map((chart) => figureHtml(chart, answer, scales)).join('\n')}</div>`,
    ...changesHtml(answer),
    note(howToRead(answer)),
    ...none,
  ].join('\n')
}

/** How many alerts began on each day, where there are several days. */
function daysHtml(review: Review): string {
  const chart = alertsPerDay(review)
  if (chart === undefined) return ''
  const legend = chart.lines.map((line) => `<li>${shapeMarkup(lineKey(line))}${escapeMarkup(line.name)}</li>`)
  const { title } = chart.kpi
  const picture = shapeMarkup(
    drawChart(chart, chartFrame(chart, 2 * size.width, size.height), `${title}, by level`),
  )
  const caption = `${title}<small>days of ${escapeMarkup(review.time_zone)}</small>`
  return `<figure><figcaption>${caption}</figcaption>${picture}</figure><ul class="legend">${legend.join('')}</ul>`
}

function figureHtml(chart: KpiChart, { kpis }: Charts, scales: Scales): string {
  const frame = chartFrame(chart, size.width, size.height, scales.get(chart.id))
  const total = kpis[chart.id]?.total_series ?? 0
  const { lines, marks, isMixed } = chart
  const notes = [
    chart.kpi.value_of,
    total > lines.length ? `the ${lines.length} worst of ${total.toLocaleString('en-US')} series` : '',
    marks.length > 0 ? `${marks.length} alert${marks.length === 1 ? '' : 's'}` : '',
    isMixed ? 'default thresholds, some series have others' : '',
    limitsOutside(chart, frame),
  ].filter((text) => text !== '')
  const caption = `${escapeMarkup(chart.kpi.title)}<small>${escapeMarkup(notes.join(' · '))}</small>`
  const picture = shapeMarkup(drawChart(chart, frame, `${chart.kpi.title} over time`))
  return `<figure><figcaption>${caption}</figcaption>${picture}</figure>`
}

/** What people changed, each with the letter that the charts have at its time. */
function changesHtml({ changes }: Charts): string[] {
  const items = changes.map(
    (change, i) =>
      `<li><b>${changeName(i)}</b> ${timeText(change.at)} UTC: ${escapeMarkup(changeInWords(change))}</li>`,
  )
  return items.length === 0 ? [] : [`<ul>${items.join('')}</ul>`]
}

function howToRead({ from, to, step_seconds: step, gaps, marks, changes }: Charts): string {
  const parts = [
    `${timeText(from)} to ${timeText(to)} UTC.`,
    `Each point is the mean of the snapshots of ${span(step)}, the shade their least and greatest value.`,
    'A line breaks where no value is known.',
    ...(gaps.length > 0 ? ['Grey areas have no snapshots.'] : []),
    ...(marks.length > 0 ? ['Bars above a chart: its alerts, in the colour of their level.'] : []),
    ...(changes.length > 0 ? ['Dotted lines with a letter: the changes above.'] : []),
  ]
  return parts.join(' ')
}

function note(text: string): string {
  return `<p class="note">${escapeMarkup(text)}</p>`
}

function sectionHtml({ title, rows, note: below }: ReportSection): string {
  const [head, ...body] = withoutEmptyColumns(rows)
  const row = (cells: readonly ReportCell[], tag: 'th' | 'td') =>
    `<tr>${cells.map((cell) => `<${tag}${classOf(cell)}>${cellHtml(cell)}</${tag}>`).join('')}</tr>`
  const table =
    head === undefined
      ? ''
      : `<div class="table" tabindex="0" role="region" aria-label="${escapeMarkup(title)}"><table>${row(head, 'th')}${body.map((cells) => row(cells, 'td')).join('')}</table></div>`
  const text = below === undefined ? '' : `<p${classOf(below)}>${escapeMarkup(below.text)}</p>`
  return `<h2>${escapeMarkup(title)}</h2>${table}${text}`
}

/** A page has less room to the side than a terminal: a column in which no row has anything is left out. */
function withoutEmptyColumns(rows: ReportSection['rows']): ReportCell[][] {
  const body = rows.slice(1)
  return rows.map((row) => row.filter((_, i) => i === 0 || body.some((each) => each[i]?.text !== '')))
}

function cellHtml({ text, href }: ReportCell): string {
  return href === undefined ? escapeMarkup(text) : `<a href="${escapeMarkup(href)}">${escapeMarkup(text)}</a>`
}

/** Texts of at most so many characters stay in one line. */
const shortText = 24

function classOf({ tone, text }: ReportCell): string {
  const classes = [tone, text.length <= shortText ? 'short' : undefined].filter((name) => name !== undefined)
  return classes.length === 0 ? '' : ` class="${classes.join(' ')}"`
}
