import { conditionOf } from './alerts.js'
import type { DashboardData, DashboardKpi } from './api.js'
import { keyOf } from './chart-data.js'
import { byId, cell, columnHead, element, rowHead, setText, table, tableBody } from './dom.js'
import { formatContext, formatValue, valueElement } from './format.js'
import { badge, levelClass, rank, thresholdBar, thresholdLevels } from './level.js'
import { paged, showList } from './list.js'
import { formatDuration, formatZoned } from './time.js'

type Current = DashboardData['current'][number]

/** An uncertain fall is not stable. */
const arrows = {
  improving: '↗ improving',
  stable: '→ no clear trend',
  degrading: '↘ degrading',
  unknown: '',
}

let latest: DashboardData | undefined
let columns = ''
let body = tableBody()
const pages = paged(byId('newest-more'), 25, () => {
  if (latest) showNewest(latest)
})

/** One row for each series, the worst first, and one column for each KPI; every cell says value, level and threshold. */
export function showNewest(data: DashboardData): void {
  latest = data
  const { current } = data
  const kpis = data.kpis.filter(({ id }) => current.some((series) => series.kpis[id]))
  const shown = {
    service: new Set(current.map(({ service }) => service)).size > 1,
    operation: current.some(({ operation }) => operation !== ''),
  }
  byId('newest-none').hidden = current.length > 0
  byId('newest-list').hidden = current.length === 0
  const count = current.length > pages.most() ? `${current.length.toLocaleString('en')} series, ` : ''
  const time = Math.max(...current.map(({ timestamp }) => timestamp))
  setText(byId('newest-note'), current.length > 0 ? `${count}at ${formatZoned(time)}` : '')
  const shape = JSON.stringify([shown, kpis])
  if (shape !== columns) {
    columns = shape
    body = tableBody()
    const caption = 'Newest value of each KPI by model, operation and context size'
    byId('newest-list').replaceChildren(table(caption, heads(kpis, shown), body))
  }
  for (const kpi of kpis) showTrend(kpi, data)
  pages.update(current.length, 'series')
  showList(
    body,
    worstFirst(current).slice(0, pages.most()),
    keyOf,
    (series) => row(series, kpis, shown),
    // The time of a snapshot alone changes nothing in its row.
    ({ timestamp: _, ...seen }) => seen,
  )
}

function worstFirst(current: readonly Current[]): Current[] {
  const worst = ({ kpis }: Current) => Math.min(...Object.values(kpis).map(({ severity }) => rank(severity)))
  return current.toSorted((a, b) => worst(a) - worst(b))
}

/** Columns that are there only where they tell series apart. */
interface Shown {
  readonly service: boolean
  readonly operation: boolean
}

function heads(kpis: readonly DashboardKpi[], shown: Shown): HTMLElement[] {
  return [
    ...(shown.service ? [columnHead('Service')] : []),
    columnHead('Model'),
    ...(shown.operation ? [columnHead('Operation')] : []),
    columnHead('Context', { class: 'number' }),
    ...kpis.map(({ id, title, description, value_of: of }) =>
      columnHead(
        title,
        { class: 'number', title: description },
        element('small', {}, of),
        element('small', { id: `trend-${id}` }),
      ),
    ),
  ]
}

function showTrend({ id }: DashboardKpi, { trend_details }: DashboardData): void {
  const trend = trend_details[id]
  const node = byId(`trend-${id}`)
  const direction = trend?.direction ?? 'unknown'
  node.className = direction === 'unknown' ? '' : `trend-${direction}`
  setText(node, arrows[direction])
  node.title = trend?.change ?? ''
}

function row(series: Current, kpis: readonly DashboardKpi[], shown: Shown): HTMLTableRowElement {
  return element(
    'tr',
    { role: 'row' },
    shown.service ? cell('Service', {}, series.service) : null,
    rowHead(series.model),
    shown.operation ? cell('Operation', {}, series.operation) : null,
    cell('Context', { class: 'number' }, formatContext(series.context_size)),
    ...kpis.map((kpi) => kpiCell(kpi, series.kpis[kpi.id], series.timestamp)),
  )
}

/** From this age on, a value that stands has the age of its newest operation beside it. */
const oldSeconds = 300

function kpiCell(
  kpi: DashboardKpi,
  current: Current['kpis'][string] | undefined,
  at: number,
): HTMLTableCellElement {
  if (!current || current.value === null) {
    const samples = current?.samples ?? 0
    const counted = `${formatValue(samples, '{measurement}')} measurement${samples === 1 ? '' : 's'}, too few`
    const note = samples > 0 ? counted : 'no data'
    return cell(kpi.title, { class: 'number unknown' }, '–', element('small', {}, note))
  }
  const { severity, thresholds, value, last_operation: last } = current
  const age = last === null ? 0 : at - last
  const limits = thresholdLevels.map((name) => thresholds[name]).filter((limit) => limit !== undefined)
  // The one that is breached, else the mildest.
  const level = severity ?? thresholdLevels.find((name) => thresholds[name] !== undefined)
  const threshold = level && thresholds[level]
  const condition =
    threshold === undefined ? 'no threshold' : `${severity ? '' : `${level} `}${conditionOf(threshold, kpi)}`
  return cell(
    kpi.title,
    { class: `number cell ${levelClass(severity)}` },
    element('strong', {}, valueElement(value, kpi, limits)),
    thresholdBar(kpi, thresholds, value, severity),
    element('small', {}, severity ? badge(severity) : null, condition),
    age < oldSeconds ? null : element('small', {}, `newest operation ${formatDuration(age)} before`),
  )
}
