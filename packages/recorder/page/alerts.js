import { badge, element, known } from './element.js'
import { formatContext, formatDuration, formatTime, formatValue } from './format.js'

/** Alerts that fire, those whose level is in force first; milder levels of the same cause are folded away. */
export function openAlerts(data) {
  const inForce = data.open_alerts.filter(({ in_force }) => in_force)
  if (inForce.length === 0) return element('p', { class: 'calm' }, 'Nothing is firing.')
  const worst = ['critical', 'error', 'warning', 'info']
  const sorted = inForce.toSorted((a, b) => rank(worst, a) - rank(worst, b) || b.timestamp - a.timestamp)
  return element('ul', { class: 'alerts' }, ...sorted.map((alert) => card(alert, data)))
}

function rank(order, { level }) {
  const index = order.indexOf(level)
  return index < 0 ? order.length : index
}

function card(alert, data) {
  const { annotations } = alert.metadata
  const kpi = data.kpis.find(({ id }) => id === alert.metric_type)
  return element(
    'li',
    { class: `alert level-${known(alert.level)}` },
    badge(alert.level),
    element('strong', {}, alert.message),
    element('span', { class: 'facts' }, facts(alert, kpi)),
    element(
      'time',
      { datetime: new Date(alert.timestamp * 1_000).toISOString(), title: formatTime(alert.timestamp) },
      `for ${formatDuration(data.timestamp - alert.timestamp)}`,
    ),
    runbook(annotations.runbook_url),
  )
}

function facts(alert, kpi) {
  const parts = []
  if (alert.model) parts.push(`${alert.model} · ${formatContext(alert.metadata.context_size)} context`)
  if (kpi && alert.peak_value !== null) parts.push(`worst ${formatValue(alert.peak_value, kpi.unit)}`)
  if (kpi && alert.threshold !== null) parts.push(`threshold ${formatValue(alert.threshold, kpi.unit)}`)
  return parts.join(' · ')
}

/** Only links that a browser may follow without harm; annotations come from outside. */
function runbook(url) {
  if (!url || !/^https?:\/\//.test(url)) return null
  return element('a', { href: url, rel: 'noreferrer' }, 'Runbook')
}

/** The newest episodes, open or over. */
export function alertHistory(data) {
  if (data.recent_alerts.length === 0) {
    return element('p', { class: 'calm' }, 'No alert in this time window.')
  }
  const rows = data.recent_alerts.map((alert) => {
    const kpi = data.kpis.find(({ id }) => id === alert.metric_type)
    const ended =
      alert.ends_at === null
        ? element('em', {}, 'firing')
        : `${formatDuration(alert.ends_at - alert.timestamp)} · ${alert.closed_how}`
    return element(
      'tr',
      {},
      element('td', {}, badge(alert.level)),
      element('td', {}, formatTime(alert.timestamp)),
      element('th', { scope: 'row' }, alert.message),
      element('td', {}, alert.model ?? '–'),
      element('td', { class: 'number' }, kpi ? formatValue(alert.peak_value, kpi.unit) : '–'),
      element('td', { class: 'number' }, kpi ? formatValue(alert.threshold, kpi.unit) : '–'),
      element('td', {}, ended),
    )
  })
  const head = ['Level', 'Began', 'What', 'Model', 'Worst', 'Threshold', 'Lasted']
  return element(
    'table',
    {},
    element('thead', {}, element('tr', {}, ...head.map((name) => element('th', { scope: 'col' }, name)))),
    element('tbody', {}, ...rows),
  )
}
