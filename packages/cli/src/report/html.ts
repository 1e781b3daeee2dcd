import type { ReportCell, ReportSection } from '@mnemoscope/kpi'
import type { DashboardData } from '@mnemoscope/recorder'
import type { Report } from './report.js'

const style = `
:root{color-scheme:light dark;--line:#3557c8;--good:#18794e;--warning:#a15c00;--bad:#c8102e}
@media(prefers-color-scheme:dark){:root{--line:#8ea6ff;--good:#4cc38a;--warning:#f1a10d;--bad:#ff6369}}
body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
h2{font-size:1rem;letter-spacing:.04em;margin:2rem 0 .5rem}table{border-collapse:collapse}
th,td{text-align:left;padding:.25rem 1.5rem .25rem 0;border-bottom:1px solid #8884}th{font-weight:500;opacity:.7}
.good{color:var(--good)}.warning{color:var(--warning)}.bad{color:var(--bad)}
figure{display:inline-block;margin:0 1.5rem 1rem 0;width:17rem}figcaption{font-weight:600}
svg{width:100%;height:auto;background:#8881;border-radius:4px}svg path{fill:none;stroke:var(--line);stroke-width:2}
svg line{stroke-dasharray:4 3}svg line.warning{stroke:var(--warning)}svg line.error,svg line.critical{stroke:var(--bad)}`

/** The report as one HTML file with charts, without scripts or anything to load: it can be mailed. */
export function reportHtml(report: Report, { kpis, trend_details }: DashboardData): string {
  const charts = kpis.map(({ id, title, thresholds }) => {
    const lines = Object.entries(thresholds).map(([name, value]) => ({ name, value }))
    const drawn = chart(trend_details[id]?.points ?? [], lines, `${escaped(title)} over time`)
    return drawn === '' ? '' : `<figure><figcaption>${escaped(title)}</figcaption>${drawn}</figure>`
  })
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    `<title>Mnemoscope report</title><style>${style}</style></head><body>`,
    `<h1>Mnemoscope report</h1><p>${escaped(report.heading)}</p>`,
    ...report.sections.map((section, i) => sectionHtml(section) + (i === 1 ? charts.join('') : '')),
    '</body></html>\n',
  ].join('\n')
}

function sectionHtml({ title, rows, note }: ReportSection): string {
  const [head, ...body] = rows
  const row = (cells: readonly ReportCell[], tag: 'th' | 'td') =>
    `<tr>${cells.map((cell) => `<${tag}${classOf(cell)}>${cellHtml(cell)}</${tag}>`).join('')}</tr>`
  const table =
    head === undefined
      ? ''
      : `<table>${row(head, 'th')}${body.map((cells) => row(cells, 'td')).join('')}</table>`
  return `<h2>${escaped(title)}</h2>${table}${note === undefined ? '' : `<p${classOf(note)}>${escaped(note.text)}</p>`}`
}

function cellHtml({ text, href }: ReportCell): string {
  return href === undefined ? escaped(text) : `<a href="${escaped(href)}">${escaped(text)}</a>`
}

function classOf({ tone }: ReportCell): string {
  return tone === undefined ? '' : ` class="${tone}"`
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

/** Drawing area of a chart, in SVG user units. */
const size = { width: 360, height: 110, left: 4, right: 4, top: 8, bottom: 8 }

export interface ChartLine {
  readonly value: number
  readonly name: string
}

/**
 * A curve with its thresholds as inline SVG.
 * @param points Unix seconds and values, ascending
 * @param drawn as dashed lines if they are near the curve
 */
export function chart(
  points: readonly (readonly [number, number])[],
  thresholds: readonly ChartLine[],
  name: string,
): string {
  if (points.length < 2) return ''
  const values = points.map(([, value]) => value)
  const reach = Math.max(...values) - Math.min(...values) || Math.abs(values[0] ?? 0) || 1
  const near = thresholds.filter(
    ({ value }) => value >= Math.min(...values) - 2 * reach && value <= Math.max(...values) + 2 * reach,
  )
  const all = [...values, ...near.map(({ value }) => value)]
  const [lowest, highest] = [Math.min(...all), Math.max(...all)]
  const span = highest - lowest || Math.abs(highest) || 1
  const [first, last] = [
    (points[0] as readonly [number, number])[0],
    (points.at(-1) as readonly [number, number])[0],
  ]
  const x = (at: number) =>
    size.left + ((at - first) / (last - first || 1)) * (size.width - size.left - size.right)
  const y = (value: number) =>
    size.height - size.bottom - ((value - lowest) / span) * (size.height - size.top - size.bottom)
  const path = points
    .map(([at, value], i) => `${i === 0 ? 'M' : 'L'}${x(at).toFixed(1)} ${y(value).toFixed(1)}`)
    .join('')
  const lines = near.map(
    (line) =>
      `<line class="${line.name}" x1="0" x2="${size.width}" y1="${y(line.value).toFixed(1)}" y2="${y(line.value).toFixed(1)}"/>`,
  )
  return `<svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${name}">${lines.join('')}<path d="${path}"/></svg>`
}
