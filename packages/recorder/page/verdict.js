import { byId, element, setText } from './element.js'
import { formatContext, valueElement } from './format.js'
import { badge, levelClass, levels, rank } from './level.js'
import { newestOf } from './newest.js'
import { sinceOf, timeOf } from './time.js'

const unknownTitles = {
  nothing_yet: 'Waiting for data',
  no_snapshot: 'No data',
  no_value: 'Too little was measured to judge any KPI',
}
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

/**
 * What can be said: an alert that fires, that nothing is known, that a value is beyond a threshold, or that all is well.
 * All is well only where values say so.
 */
export function verdictOf(data) {
  if (alertsInForce(data).length > 0) return 'alert'
  if (data.no_data) return 'no_data'
  return worstLevel(data) ? 'value' : 'well'
}

/** One sentence: how bad, which KPI of which model, since when, and how much more there is. */
export function showVerdict(data, problems) {
  const verdict = verdictOf(data)
  const level = verdict === 'no_data' ? null : worstLevel(data)
  const [worst, ...others] = alertsInForce(data)
  byId('verdict').className = `verdict ${levelClass(verdict === 'no_data' ? 'other' : level)}`
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
      : data.no_data
        ? []
        : [element('strong', {}, 'All KPIs within their thresholds')]
  const more = others.length > 0 ? `, and ${others.length} more` : ''
  const unknown = data.no_data ? [worst ? '. ' : '', ...unknownParts(data.no_data, problems)] : []
  byId('verdict').replaceChildren(element('span', {}, ...sentence, more, ...unknown))
  // The sentence ticks with the time; what is read aloud is only that something else is the matter.
  setText(
    byId('announcement'),
    `${level ? titles[level] : data.no_data ? unknownTitles[data.no_data.reason] : 'No alert'}. ${worst ? headline(worst, data) : ''}${more}`,
  )
  document.title = `${level ? `${titles[level]}${others.length > 0 ? ` (${others.length + 1})` : ''} – ` : ''}Mnemoscope`
  document.querySelector('link[rel=icon]').href =
    level && level !== 'info' ? '/page/icon-alert.svg' : '/page/icon.svg'
}

/** Nothing answers: only what fires stays said, as what was well may no longer be. */
export function showBlind(data) {
  const { no_data: known, timestamp } = data
  showVerdict({ ...data, no_data: known ?? { reason: 'no_snapshot', since: timestamp } }, [
    'The recorder does not answer.',
  ])
}

/** Since when nothing is known, why, and where to look. */
function unknownParts({ reason, since }, problems) {
  if (reason === 'nothing_yet') return [element('strong', {}, unknownTitles.nothing_yet)]
  const title = element('strong', {}, unknownTitles[reason])
  const time =
    reason === 'no_snapshot' ? (since === null ? [' in this window'] : [' since ', timeOf(since)]) : []
  const why = problems[0] ?? 'The recorder works: look whether services report.'
  return [title, ...time, `. ${why} `, element('a', { href: '/readyz' }, 'Readiness')]
}

/** How bad it is: the newest value of what the worst alert is about. */
function valueNow(alert, data) {
  const { kpi, value } = newestOf(alert, data)
  return kpi && value !== undefined && value !== null ? [' at ', valueElement(value, kpi)] : []
}

function headline(alert, data) {
  const kpi = data.kpis.find(({ id }) => id === alert.metric_type)
  if (!kpi || !alert.model) return alert.message
  return `${kpi.title} of ${alert.model} (${formatContext(alert.context_size)} context)`
}
