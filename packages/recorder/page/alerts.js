import { openAcknowledge } from './acknowledge.js'
import { alertLinks } from './alert-links.js'
import { beforeOf, refreshBefore } from './before.js'
import { byId, element } from './element.js'
import { formatContext, formatRound, valueElement } from './format.js'
import { showList } from './keyed.js'
import { badge, levelClass } from './level.js'
import { paged } from './more.js'
import { newestOf } from './newest.js'
import { sinceOf, timeOf } from './time.js'
import { alertsInForce } from './verdict.js'

/** Of so many alerts the page shows at once what changed before; others, often of the same cause, are to be opened. */
const mostOpened = 1

let latest
const pages = paged(byId('firing-more'), 12, () => showFiring(latest))

/** Alerts that fire, the worst first; milder levels of the same cause are folded away. */
export function showFiring(data) {
  latest = data
  const inForce = alertsInForce(data)
  byId('firing-none').hidden = inForce.length > 0
  byId('firing-count').textContent = inForce.length > 0 ? String(inForce.length) : ''
  pages.update(inForce.length, 'alerts')
  const several = new Set(data.current.map(({ service }) => service)).size > 1
  showList(
    byId('firing-list'),
    inForce
      .slice(0, pages.most())
      .map((alert, place) => ({ alert, isOpened: place < mostOpened, ...newestOf(alert, data), several })),
    ({ alert }) => String(alert.id),
    card,
    // A card that was opened stays open when it moves down.
    ({ isOpened: _, ...seen }) => seen,
  )
  refreshBefore(new Set(inForce.map(({ id }) => id)))
}

function card({ alert, kpi, value, isOpened, several }) {
  const title = kpi && alert.model ? `${kpi.title} of ${alert.model}` : alert.message
  const where = [
    several ? alert.service : null,
    alert.context_size ? `${formatContext(alert.context_size)} context` : null,
  ]
  return element(
    'li',
    { class: `alert ${levelClass(alert.level)}`, 'data-episode': String(alert.id) },
    element(
      'div',
      { class: 'alert-head' },
      badge(alert.level),
      element('h3', {}, title),
      element('span', { class: 'where' }, where.filter(Boolean).join(' · ')),
      element(
        'span',
        { class: 'since' },
        'for ',
        element('strong', {}, sinceOf(alert.timestamp)),
        ' since ',
        timeOf(alert.timestamp),
      ),
    ),
    kpi ? figuresOf(alert, kpi, value) : element('p', {}, alert.metadata.annotations.description ?? ''),
    element(
      'div',
      { class: 'actions' },
      ...alertLinks(alert, { class: 'button' }),
      kpi ? element('a', { href: `#chart-${kpi.id}`, class: 'button quiet' }, 'Chart') : null,
      acknowledgement(alert, title),
    ),
    beforeOf(alert, kpi, isOpened),
  )
}

function figuresOf(alert, kpi, value) {
  const figure = (name, ...content) =>
    element('div', {}, element('dt', {}, name), element('dd', {}, ...content))
  const sign = kpi.direction === 'higher_is_better' ? '≤' : '≥'
  return element(
    'dl',
    { class: 'figures' },
    figure('now', valueElement(value, kpi)),
    figure('worst', valueElement(alert.peak_value, kpi)),
    figure('at the start', valueElement(alert.current_value, kpi)),
    alert.threshold === null
      ? null
      : figure(`${alert.level} at`, `${sign} ${formatRound(alert.threshold, kpi.unit)}`),
  )
}

function acknowledgement(alert, title) {
  const { acknowledgement: last } = alert
  const button = element(
    'button',
    { type: 'button', class: 'quiet', 'data-focus': `acknowledge-${alert.id}` },
    last ? 'Add a comment' : 'Acknowledge',
    element('span', { class: 'unseen' }, ` ${title}`),
  )
  button.addEventListener('click', () => openAcknowledge({ ...alert, title }))
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
