import { openAcknowledge } from './acknowledge.js'
import { refreshDetails } from './alert-details.js'
import {
  type AlertKpi,
  alertLinks,
  conditionOf,
  type FiringAlert,
  firingAlerts,
  kpiOf,
  titleOf,
} from './alerts.js'
import type { AlertEpisode, DashboardData } from './api.js'
import { knowKpis, whatChangedBefore } from './before.js'
import { changeInWords } from './change-in-words.js'
import { byId, element, setText } from './dom.js'
import { howSure } from './evidence.js'
import { type Address, alertLink, isPart } from './filters.js'
import { formatContext, valueElement } from './format.js'
import { badge, levelClass } from './level.js'
import { paged, showList } from './list.js'
import { whoIsNotified } from './notified.js'
import { operationsBehind } from './operations.js'
import { ratingOf } from './rating.js'
import { shareAlert } from './share-alert.js'
import { formatDuration, sinceOf, timeOf } from './time.js'

/** For so many alerts the page shows at once what is behind them; the others, often of the same cause, are closed. */
const mostOpened = 1

let latest: { readonly data: DashboardData; readonly address: Address } | undefined
const pages = paged(byId('firing-more'), 12, () => {
  if (latest) showFiring(latest.data, latest.address)
})

/** Alerts that fire, one card each, but for the one that is shown by itself. */
export function showFiring(data: DashboardData, address: Address): void {
  latest = { data, address }
  const firing = firingAlerts(data).filter(({ alert }) => String(alert.id) !== address.alert)
  byId('firing-none').hidden = firing.length > 0
  const nothing = address.alert === undefined ? 'Nothing is firing' : 'Nothing else is firing'
  setText(byId('firing-none'), isPart(address) ? `${nothing} in this selection.` : `${nothing}.`)
  setText(byId('firing-count'), firing.length > 0 ? firing.length.toLocaleString('en') : '')
  pages.update(firing.length, 'alerts')
  const several = new Set(data.current.map(({ service }) => service)).size > 1
  showList(
    byId('firing-list'),
    firing.slice(0, pages.most()).map(({ alert, milder }, place) => ({
      alert,
      milder,
      kpi: kpiOf(alert, data.kpis),
      isOpened: place < mostOpened && address.alert === undefined,
      address,
      several,
    })),
    ({ alert }) => String(alert.id),
    card,
    // A card that was opened stays open when it moves down.
    ({ isOpened: _, ...seen }) => seen,
  )
  knowKpis(data.kpis)
  refreshDetails([...firing.map(({ alert }) => alert.id), Number(address.alert)])
}

export interface Card extends FiringAlert {
  readonly kpi: AlertKpi | undefined
  readonly isOpened: boolean
  /** Whether there are several services. */
  readonly several: boolean
  readonly address: Address
}

export function card({ alert, milder, kpi, isOpened, several, address }: Card): HTMLLIElement {
  const title = titleOf(alert, kpi)
  const where = [
    several && alert.service ? alert.service : '',
    alert.context_size ? `${formatContext(alert.context_size)} context` : '',
  ].filter((part) => part !== '')
  const { description } = alert.metadata.annotations
  return element(
    'li',
    { class: `alert ${levelClass(alert.level ?? 'other')}`, 'data-episode': String(alert.id) },
    element(
      'div',
      { class: 'alert-head' },
      badge(alert.level ?? 'alert'),
      element('h3', {}, alertLink(address, alert.id, title)),
      element('span', { class: 'where' }, where.join(' · ')),
      element('span', { class: 'since' }, ...timeSpan(alert)),
    ),
    kpi ? figuresOf(alert, kpi) : element('p', {}, description ?? ''),
    milder.length > 0 ? milderLevels(milder) : null,
    possibleCause(alert),
    element(
      'div',
      { class: 'actions' },
      ...alertLinks(alert, 'button'),
      kpi ? element('a', { href: `#chart-${kpi.id}`, class: 'button quiet' }, 'Chart') : null,
      acknowledgement(alert, title),
      ratingOf(alert, title),
      shareAlert(alert, kpi, title),
    ),
    kpi ? howSure(alert, kpi, isOpened) : null,
    whoIsNotified(alert, isOpened),
    whatChangedBefore(alert, isOpened),
    kpi ? operationsBehind(alert, kpi, isOpened) : null,
  )
}

function timeSpan({ timestamp, ends_at }: AlertEpisode): (Node | string)[] {
  if (ends_at === null)
    return ['for ', element('strong', {}, sinceOf(timestamp)), ' since ', timeOf(timestamp)]
  const lasted = element('strong', {}, formatDuration(ends_at - timestamp))
  return ['lasted ', lasted, ' from ', timeOf(timestamp), ' to ', timeOf(ends_at)]
}

function figuresOf(alert: AlertEpisode, kpi: AlertKpi): HTMLDListElement {
  const limits = alert.threshold === null ? [] : [alert.threshold]
  const { shown_operations: evidence } = alert.metadata.annotations
  const figure = (name: string, content: Node | string) =>
    element('div', {}, element('dt', {}, name), element('dd', {}, content))
  return element(
    'dl',
    { class: 'figures' },
    figure('newest', element('span', {}, valueElement(alert.newest_value, kpi, limits), ageOf(alert))),
    figure('worst', valueElement(alert.peak_value, kpi, limits)),
    figure('at start', valueElement(alert.current_value, kpi, limits)),
    alert.threshold === null
      ? null
      : figure(`${alert.level ?? 'alert'} at`, conditionOf(alert.threshold, kpi)),
    evidence ? figure('evidence', evidence) : null,
  )
}

/** How old the newest value is, which matters where Prometheus has not answered for a while. */
function ageOf({ newest_at }: AlertEpisode): HTMLElement | null {
  return newest_at === null ? null : element('small', {}, ' ', sinceOf(newest_at), ' old')
}

function milderLevels(milder: readonly AlertEpisode[]): HTMLParagraphElement {
  return element(
    'p',
    { class: 'milder' },
    'Also firing: ',
    ...milder.flatMap((each, i) => [
      i === 0 ? '' : ', ',
      badge(each.level ?? 'alert'),
      ' since ',
      timeOf(each.timestamp),
    ]),
  )
}

/** What people changed last before an alert began. */
function possibleCause({ preceded_by: change, timestamp }: AlertEpisode): HTMLParagraphElement | null {
  if (change === null) return null
  return element(
    'p',
    { class: 'cause' },
    element('strong', {}, 'Possible cause: '),
    `${changeInWords(change)}, ${formatDuration(timestamp - change.at)} before, at `,
    timeOf(change.at),
  )
}

function acknowledgement(alert: AlertEpisode, title: string): HTMLSpanElement {
  const { acknowledgement: last } = alert
  const button = element(
    'button',
    { type: 'button', class: 'quiet for-acknowledge', 'data-focus': `acknowledge-${alert.id}` },
    last ? 'Add a comment' : 'Acknowledge',
    element('span', { class: 'unseen' }, ` ${title}`),
  )
  button.addEventListener('click', () => openAcknowledge(alert.id, title))
  return element(
    'span',
    { class: 'acknowledgement' },
    button,
    last
      ? element(
          'span',
          {},
          'Acknowledged by ',
          element('strong', {}, last.by),
          ' at ',
          timeOf(last.at),
          last.comment ? `: ${last.comment}` : '',
        )
      : null,
  )
}
