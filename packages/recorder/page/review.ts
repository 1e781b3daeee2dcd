import { type AnswerOfReview, ask, type DashboardData } from './api.js'
import { drawChart, lineKey } from './chart-drawing.js'
import { chartFrame } from './chart-frame.js'
import { byId, cell, columnHead, drawn, element, table, tableBody } from './dom.js'
import { type Address, alertLink, linkTo, scopeOf } from './filters.js'
import { showList } from './list.js'
import { alertsPerDay } from './review-chart.js'
import { placeText, reviewCells, reviewColumns, reviewNote, uncrossedText } from './review-lines.js'
import { localZone } from './time.js'

/** Rules and places that are listed; the rest is in the API. */
const mostAlerts = 50

/** Seconds until it is asked anew: it is about days, not seconds. */
const restSeconds = 60

let shown: { readonly address: Address; readonly at: number } | undefined

/** Whether alerts deserve their name, where the reader has opened it. */
export async function showReview(address: Address, data: DashboardData, isChanged = false): Promise<void> {
  const isOpen = address.review !== undefined
  const toggle = element(
    'a',
    {
      href: linkTo({ ...address, review: isOpen ? undefined : 'open' }),
      ...{ class: 'button quiet', 'data-review': isOpen ? '' : 'open', 'data-focus': 'review' },
    },
    isOpen ? 'Hide' : 'Show',
    element('span', { class: 'unseen' }, ' the alert review'),
  )
  showList(
    byId('review-toggle'),
    [{ isOpen, href: toggle.href }],
    () => 'toggle',
    () => toggle,
  )
  byId('review-content').hidden = !isOpen
  if (!isOpen) return
  if (!isChanged && shown?.address === address && Date.now() - shown.at < 1_000 * restSeconds) return
  shown = { address, at: Date.now() }
  try {
    const review = await ask('GET /api/alerts/review', {
      query: { ...scopeOf(address), time_zone: localZone },
    })
    if (shown.address === address) show(review, address, data)
  } catch (error) {
    shown = undefined
    const reason = error instanceof Error ? error.message : String(error)
    byId('review-content').replaceChildren(element('p', { class: 'muted' }, `Could not be read: ${reason}`))
  }
}

function show(review: AnswerOfReview, address: Address, { kpis }: DashboardData): void {
  const { total, alerts, never_crossed: uncrossed } = review
  const more = alerts.length - mostAlerts
  const heads = [columnHead('Alert'), ...reviewColumns.map((name) => columnHead(name))]
  const rows = [
    row('All alerts', '', reviewCells(total)),
    ...alerts
      .slice(0, mostAlerts)
      .map((each) => row(alertLink(address, each.newest, each.alert), placeText(each), reviewCells(each))),
  ]
  byId('review-content').replaceChildren(
    ...(total.episodes === 0
      ? [element('p', { class: 'muted' }, 'No alert began in this time window.')]
      : [
          element(
            'div',
            { class: 'scroll cards' },
            table('Alerts and what became of them', heads, tableBody(...rows)),
          ),
          ...(more > 0 ? [element('p', { class: 'muted' }, `And ${more} more.`)] : []),
          element(
            'p',
            { class: 'muted fine' },
            `${reviewNote} Days and nights are those of ${review.time_zone}.`,
          ),
          ...daysOf(review),
          element(
            'p',
            { class: 'muted fine' },
            'Which thresholds would be better: ',
            element('code', {}, 'npx mnemoscope suggest --hours 720'),
          ),
        ]),
    ...(uncrossed.length === 0
      ? []
      : [
          element('h3', {}, 'Thresholds never crossed'),
          element(
            'ul',
            { class: 'lines' },
            ...uncrossed.map((each) => element('li', {}, uncrossedText(each, kpis))),
          ),
        ]),
  )
}

function row(alert: Node | string, place: string, texts: readonly string[]): HTMLTableRowElement {
  return element(
    'tr',
    { role: 'row' },
    cell('Alert', {}, alert, place === '' ? null : element('small', {}, place)),
    ...reviewColumns.map((name, i) => cell(name, {}, texts[i])),
  )
}

function daysOf(review: AnswerOfReview): HTMLElement[] {
  const chart = alertsPerDay(review)
  if (chart === undefined) return []
  // A section that is far below the screen has no size yet.
  const width = Math.min(900, document.documentElement.clientWidth - 60)
  const legend = chart.lines.map((line) => element('li', {}, drawn(lineKey(line)), line.name))
  return [
    element(
      'figure',
      { class: 'chart per-day' },
      element('figcaption', {}, chart.kpi.title),
      drawn(drawChart(chart, chartFrame(chart, width, 190), `${chart.kpi.title}, by level`)),
    ),
    element('ul', { class: 'legend' }, ...legend),
  ]
}
