import { byId, cell, columnHead, element, table } from './element.js'
import { formatContext, formatRound, valueElement } from './format.js'
import { headroom } from './headroom.js'
import { showList } from './keyed.js'
import { badge, levelClass, rank } from './level.js'
import { paged } from './more.js'

/** Significant or not is all that the test behind it says: a fall it cannot be sure of yet is not stable. */
const arrows = { improving: '↗ improving', stable: '→ no clear trend', degrading: '↘ degrading' }

let latest
let columns = ''
let body
const pages = paged(byId('status-more'), 25, () => showStatus(latest))

/** One row for each series, the worst first, and one column for each KPI; every cell says value, level and threshold. */
export function showStatus(data) {
  latest = data
  const kpis = data.kpis.filter(({ id }) => data.current.some(({ kpis }) => kpis[id]))
  const several = new Set(data.current.map(({ service }) => service)).size > 1
  byId('status-none').hidden = data.current.length > 0
  byId('status-list').hidden = data.current.length === 0
  byId('status-count').textContent =
    data.current.length > pages.most() ? `${data.current.length.toLocaleString('en')} series` : ''
  const shape = JSON.stringify([several, kpis])
  if (shape !== columns) {
    columns = shape
    body = element('tbody', { role: 'rowgroup' })
    byId('status-list').replaceChildren(
      table('Newest value of each KPI by model and context size', heads(kpis, several), body),
    )
  }
  for (const { id } of kpis) showDirection(id, data.trend_details[id])
  pages.update(data.current.length, 'series')
  showList(
    body,
    worstFirst(data.current).slice(0, pages.most()),
    ({ service, model, context_size }) => JSON.stringify([service, model, context_size]),
    (series) => row(series, kpis, several),
    // The time of a snapshot alone changes nothing that is shown.
    ({ timestamp: _, ...seen }) => seen,
  )
}

function worstFirst(current) {
  const worst = ({ kpis }) => Math.min(...Object.values(kpis).map(({ severity }) => rank(severity)))
  return current.toSorted((a, b) => worst(a) - worst(b))
}

function heads(kpis, several) {
  return [
    several ? columnHead('Service') : null,
    columnHead('Model'),
    columnHead('Context', { class: 'number' }),
    ...kpis.map(({ id, title, description }) =>
      columnHead(title, { class: 'number', title: description }, element('small', { id: `direction-${id}` })),
    ),
  ].filter(Boolean)
}

function showDirection(id, { direction, p_value: chance }) {
  const node = byId(`direction-${id}`)
  node.className = `trend-${direction}`
  // Of too few values nothing can be said.
  node.textContent = chance === null ? '' : arrows[direction]
}

function row(series, kpis, several) {
  return element(
    'tr',
    { role: 'row' },
    several ? cell('Service', {}, series.service) : null,
    element('th', { scope: 'row', role: 'rowheader' }, series.model),
    cell('Context', { class: 'number' }, formatContext(series.context_size)),
    ...kpis.map((kpi) => kpiCell(kpi, series.kpis[kpi.id])),
  )
}

function kpiCell(kpi, current) {
  if (!current || current.value === null) {
    const samples = Math.round(current?.samples ?? 0)
    const seen = samples > 0 ? `${samples} measurement${samples === 1 ? '' : 's'}, too few` : 'no data'
    return cell(kpi.title, { class: 'number unknown' }, '–', element('small', {}, seen))
  }
  const { severity, thresholds, value } = current
  const sign = kpi.direction === 'higher_is_better' ? '≤' : '≥'
  const [level, threshold] = severity ? [severity, thresholds[severity]] : nearest(thresholds)
  const limit =
    threshold === undefined
      ? 'no threshold'
      : `${severity ? '' : `${level} `}${sign} ${formatRound(threshold, kpi.unit)}`
  return cell(
    kpi.title,
    { class: `number cell ${levelClass(severity)}` },
    element('strong', {}, valueElement(value, kpi)),
    headroom(kpi, thresholds, value, severity),
    element('small', {}, severity ? badge(severity) : null, limit),
  )
}

/** The mildest level that has a threshold. */
function nearest(thresholds) {
  const level = ['warning', 'error', 'critical'].find((name) => thresholds[name] !== undefined)
  return [level, thresholds[level]]
}
