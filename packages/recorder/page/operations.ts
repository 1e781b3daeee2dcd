import { alertDetails } from './alert-details.js'
import type { AlertKpi } from './alerts.js'
import { type AlertEpisode, ask, type Behind } from './api.js'
import { element } from './dom.js'
import { valueElement } from './format.js'
import { differenceText, metadataTexts, nothingDiffers } from './operation-lines.js'
import { timeOf } from './time.js'

type Operation = Behind['worst'][number]

/** Comparing thousands of operations each time something changes would be much work for little news. */
const restSeconds = 60

/** The single operations behind an alert, with the way to their traces, and what differs from others. */
export function operationsBehind(alert: AlertEpisode, kpi: AlertKpi, isOpened: boolean): HTMLDetailsElement {
  return alertDetails(alert, 'Operations behind it', isOpened, {
    ask: () => ask('GET /api/episodes/{id}/operations', { params: { id: String(alert.id) } }),
    show: (answer) => operationsShown(answer, kpi),
    restSeconds,
  })
}

/** What differs, and the operations one by one. */
export function operationsShown(
  { worst, first, typical, others, differs, compared_with }: Behind,
  kpi: AlertKpi,
): Node {
  if (worst.length + others.length === 0) {
    const why =
      'No single operation was kept. Services send them to the recorder where they know its address.'
    return element('p', { class: 'muted' }, why)
  }
  const lines = differs.map((each) => element('li', {}, differenceText(each, compared_with)))
  const named: readonly (readonly [string, Operation | null])[] = [
    ...worst.map((each, i) => [i === 0 ? 'worst' : `worst, no. ${i + 1}`, each] as const),
    ['first bad', first],
    ['typical bad', typical],
    ...others.map((each) => ['not bad', each] as const),
  ]
  const items = named.flatMap(([name, each]) => (each === null ? [] : [item(name, each, kpi)]))
  return element(
    'div',
    {},
    lines.length === 0
      ? element('p', { class: 'muted' }, worst.length === 0 ? 'None was bad.' : nothingDiffers)
      : element('div', {}, 'What differs:', element('ul', { class: 'changes differs' }, ...lines)),
    element('ul', { class: 'operations' }, ...items),
  )
}

function item(name: string, operation: Operation, kpi: AlertKpi): HTMLLIElement {
  const { id, timestamp, value, outcome, trace_url, trace_id } = operation
  const trace =
    trace_url === null
      ? trace_id && `trace ${trace_id}`
      : element('a', { href: trace_url, rel: 'noreferrer' }, 'Trace')
  return element(
    'li',
    { 'data-operation': id },
    `${name}: `,
    element('strong', {}, outcome ?? valueElement(value, kpi)),
    ' at ',
    timeOf(timestamp),
    trace ? ' ' : '',
    trace,
    element('small', {}, knownOf(operation)),
  )
}

/** Its kind and its metadata. */
function knownOf({ model, operation, metadata }: Operation): string {
  return [operation === '' ? model : `${model} ${operation}`, ...metadataTexts(metadata)].join(' · ')
}
