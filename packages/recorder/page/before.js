import { ask } from './ask.js'
import { configurationChanges } from './configuration.js'
import { element } from './element.js'
import { formatChange, valueElement } from './format.js'
import { gapText } from './gaps.js'
import { badge } from './level.js'
import { formatDuration, now, timeOf } from './time.js'

/** KPIs by id, as the dashboard data has them. */
let kpis = new Map()

export function knowKpis(given) {
  kpis = new Map(given.map((kpi) => [kpi.id, kpi]))
}

/** What is shown of each alert, by its id: it outlives the card around it, and so does that it was opened. */
const known = new Map()

/** An alert this young is asked about again with every change: what it did to the KPIs is only beginning to show. */
const youngSeconds = 900

/** What was seen before an alert began, asked for when it is opened. */
export function beforeOf(alert, kpi, isOpened) {
  const before = known.get(alert.id)
  if (before !== undefined) return before.details
  const content = element('div', {}, element('p', { class: 'calm' }, 'Looking …'))
  const details = element(
    'details',
    { class: 'before', open: isOpened },
    element('summary', {}, 'What changed before'),
    content,
  )
  let shown
  const load = async () => {
    if (!details.open || (shown !== undefined && now() - alert.timestamp > youngSeconds)) return
    try {
      const detail = await ask(`/api/episodes/${alert.id}`)
      const changes = await configurationChanges()
      const next = JSON.stringify([detail.before, changes])
      if (next !== shown) content.replaceChildren(...leads(alert, kpi, detail, changes))
      shown = next
    } catch (error) {
      content.replaceChildren(element('p', { class: 'calm' }, `Not known at the moment: ${error.message}`))
    }
  }
  details.addEventListener('toggle', load)
  known.set(alert.id, { details, load })
  return details
}

/** Looks again for the alerts that are shown, and forgets the others. */
export function refreshBefore(ids) {
  for (const [id, { load }] of known) {
    if (ids.has(id)) void load()
    else known.delete(id)
  }
}

function leads(alert, kpi, { before, transitions }, changes) {
  const items = [
    ...before.moved.map((moved) => movedItem(moved, kpi)),
    ...changes
      .filter(
        ({ at, differences }) =>
          differences.length > 0 && at <= alert.timestamp && at >= alert.timestamp - 3_600,
      )
      .map((change) =>
        element(
          'li',
          {},
          `Configuration changed ${formatDuration(alert.timestamp - change.at)} before, at `,
          timeOf(change.at),
          ` by ${change.by}: ${change.differences.map(({ path }) => path).join(', ')}`,
        ),
      ),
    ...before.deployments.map(({ at, service, version, previous_version, by }) =>
      element(
        'li',
        {},
        `${service} was deployed ${formatDuration(alert.timestamp - at)} before, at `,
        timeOf(at),
        by ? ` by ${by}: ` : ': ',
        previous_version === null ? `version ${version}` : `version ${previous_version} → ${version}`,
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
    ...before.gaps.filter(isLead).map((gap) => element('li', {}, 'No snapshots: ', ...gapText(gap))),
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
          'Nothing else that is recorded: no other KPI of this series moved, no alert, gap, deployment or change of the configuration came before.',
        ),
      ]
}

/** That a run had only just begun explains nothing; that Prometheus was down may. */
function isLead({ reason }) {
  return reason !== 'prometheus_has_no_data'
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
