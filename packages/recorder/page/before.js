import { ask } from './ask.js'
import { configurationChanges } from './configuration.js'
import { element } from './element.js'
import { formatChange, valueElement } from './format.js'
import { gapText } from './gaps.js'
import { badge } from './level.js'
import { formatDuration, timeOf } from './time.js'

/** KPIs by id, as the dashboard data has them. */
let kpis = new Map()

export function knowKpis(given) {
  kpis = new Map(given.map((kpi) => [kpi.id, kpi]))
}

/** What was seen before an alert began, asked for when it is opened. */
export function beforeOf(alert, kpi, isOpened) {
  const content = element('div', {}, element('p', { class: 'calm' }, 'Looking …'))
  const details = element(
    'details',
    { class: 'before', open: isOpened },
    element('summary', {}, 'What changed before'),
    content,
  )
  let asked = false
  const load = async () => {
    if (asked || !details.open) return
    asked = true
    try {
      const detail = await ask(`/api/episodes/${alert.id}`)
      content.replaceChildren(...leads(alert, kpi, detail, await configurationChanges()))
    } catch (error) {
      asked = false
      content.replaceChildren(
        element('p', { class: 'calm' }, `${error.message}. Close and open this to try again.`),
      )
    }
  }
  details.addEventListener('toggle', load)
  return details
}

function leads(alert, kpi, { before, transitions }, changes) {
  const items = [
    ...before.moved.map((moved) => movedItem(moved, kpi)),
    ...changes
      .filter(({ at }) => at <= alert.timestamp && at >= alert.timestamp - 3_600)
      .map((change) =>
        element(
          'li',
          {},
          `Configuration changed ${formatDuration(alert.timestamp - change.at)} before, at `,
          timeOf(change.at),
          change.by ? ` by ${change.by}` : '',
        ),
      ),
    ...before.alerts.map(({ level, message, timestamp }) =>
      element(
        'li',
        {},
        badge(level),
        ` ${message}, `,
        alert.timestamp - timestamp < 1
          ? 'at the same moment'
          : `${formatDuration(alert.timestamp - timestamp)} before`,
      ),
    ),
    ...before.gaps.map((gap) => element('li', {}, 'No snapshots: ', ...gapText(gap))),
  ]
  const reopened = transitions.filter(({ kind }) => kind === 'reopened').length
  if (reopened > 0)
    items.push(element('li', {}, `Taken back ${reopened} times after it seemed to have ended`))
  return items.length > 0
    ? [element('ul', { class: 'leads' }, ...items)]
    : [
        element(
          'p',
          { class: 'calm' },
          'Nothing else that is recorded: no other KPI of this series moved, no alert, gap or change of the configuration came before.',
        ),
      ]
}

/** A KPI that left its range of the hour before. */
function movedItem({ kpi: id, before, since }, own) {
  const kpi = kpis.get(id)
  if (!kpi) return null
  const isWorse = since < before === (kpi.direction === 'higher_is_better')
  return element(
    'li',
    {},
    kpi.id === own?.id ? element('strong', {}, kpi.title) : kpi.title,
    ' went from ',
    valueElement(before, kpi),
    ' to ',
    valueElement(since, kpi),
    element(
      'span',
      { class: isWorse ? 'worse' : 'better' },
      ` (${formatChange(before, since)}, ${isWorse ? 'worse' : 'better'})`,
    ),
  )
}
