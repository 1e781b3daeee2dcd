import { ask, type DashboardKpi } from './api.js'
import { byId, element } from './dom.js'
import { type Address, scopeOf } from './filters.js'
import { operationsShown } from './operations.js'
import { isoOf, timeOf } from './time.js'

/** The one that is shown, or on its way. */
let shown = ''

/**
 * Lists the operations around the chosen point of a chart, below the charts; nothing where none is chosen.
 * @param stepSeconds between two points of the chart
 */
export async function showPointOperations(
  address: Address,
  kpis: readonly DashboardKpi[],
  stepSeconds: number,
  onClose: () => void,
): Promise<void> {
  const { point } = address
  const kpi = kpis.find(({ id }) => id === point?.kpi)
  const { hours: _, ...scope } = scopeOf(address)
  const key = JSON.stringify([point, scope, kpi?.id])
  if (key === shown) return
  shown = key
  const place = byId('point-operations')
  if (point === undefined || kpi === undefined) return place.replaceChildren()
  const at = Date.parse(point.at) / 1_000
  const [from, to] = [at - stepSeconds, at + stepSeconds]
  const close = element('button', { type: 'button', class: 'quiet' }, 'Close')
  const content = element('div', {}, element('p', { class: 'muted' }, 'Looking …'))
  const heading = element(
    'h3',
    {},
    `Operations of ${kpi.title}, `,
    timeOf(from),
    ' to ',
    timeOf(to),
    ' ',
    close,
  )
  place.replaceChildren(heading, content)
  close.addEventListener('click', onClose)
  try {
    const query = { ...scope, kpi: kpi.id, from: isoOf(from), to: isoOf(to) }
    content.replaceChildren(operationsShown(await ask('GET /api/operations', { query }), kpi))
  } catch (error) {
    shown = ''
    const reason = error instanceof Error ? error.message : String(error)
    content.replaceChildren(element('p', { class: 'muted' }, `Could not be read: ${reason}`))
  }
}
