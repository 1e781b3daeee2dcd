import { byId, element, setText } from './element.js'
import { formatContext, valueElement } from './format.js'
import { badge, levelClass, levels, rank } from './level.js'
import { newestOf } from './newest.js'
import { sinceOf } from './time.js'

const titles = { critical: 'Critical', error: 'Error', warning: 'Warning', info: 'Notice' }

/** Worst level among the newest values and the alerts that fire, null where all is well. */
export function worstLevel(data) {
  const found = new Set([
    ...data.current.flatMap(({ kpis }) => Object.values(kpis).map(({ severity }) => severity)),
    ...data.open_alerts.map(({ level }) => level),
  ])
  return levels.find((level) => found.has(level)) ?? null
}

/** Alerts that fire with no worse one of the same cause beside them, the worst and then the oldest first. */
export function alertsInForce({ open_alerts }) {
  return open_alerts
    .filter(({ in_force }) => in_force)
    .sort((a, b) => rank(a.level) - rank(b.level) || a.timestamp - b.timestamp)
}

/** One sentence: how bad, which KPI of which model, since when, and how much more there is. */
export function showVerdict(data, isEmpty) {
  const level = worstLevel(data)
  const [worst, ...others] = alertsInForce(data)
  byId('verdict').className = `verdict ${levelClass(isEmpty && !level ? 'other' : level)}`
  const sentence = worst
    ? [
        badge(worst.level),
        element('strong', {}, headline(worst, data)),
        ...valueNow(worst, data),
        ' for ',
        sinceOf(worst.timestamp),
      ]
    : level
      ? [badge(level), element('strong', {}, 'A value is beyond a threshold; no alert fires yet')]
      : [element('strong', {}, isEmpty ? 'Waiting for data' : 'All KPIs within their thresholds')]
  const more = others.length > 0 ? `, and ${others.length} more` : ''
  byId('verdict').replaceChildren(element('span', {}, ...sentence, more))
  // The sentence ticks with the time; what is read aloud is only that something else is the matter.
  setText(
    byId('announcement'),
    `${level ? titles[level] : 'No alert'}. ${worst ? headline(worst, data) : ''}${more}`,
  )
  document.title = `${level ? `${titles[level]}${others.length > 0 ? ` (${others.length + 1})` : ''} – ` : ''}Mnemoscope`
  document.querySelector('link[rel=icon]').href =
    level && level !== 'info' ? '/page/icon-alert.svg' : '/page/icon.svg'
}

/** How bad it is: the newest value of what the worst alert is about. */
function valueNow(alert, data) {
  const { kpi, value } = newestOf(alert, data)
  return kpi && value !== undefined && value !== null ? [' at ', valueElement(value, kpi)] : []
}

function headline(alert, data) {
  const kpi = data.kpis.find(({ id }) => id === alert.metric_type)
  if (!kpi || !alert.model) return alert.message
  return `${kpi.title} of ${alert.model} (${formatContext(alert.metadata.context_size)} context)`
}
