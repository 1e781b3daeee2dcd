import { ask, type DashboardKpi } from './api.js'
import { byId, element } from './dom.js'
import { type Address, scopeOf } from './filters.js'
import { operationsShown } from './operations.js'
import { isoOf, timeOf } from './time.js'

/** Lists the operations around a point of a chart, below the charts. Times are Unix seconds. */
export async function showPointOperations(
  address: Address,
  kpi: DashboardKpi,
  from: number,
  to: number,
): Promise<void> {
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
  const place = byId('point-operations')
  place.replaceChildren(heading, content)
  close.addEventListener('click', () => place.replaceChildren())
  const { hours: _, ...scope } = scopeOf(address)
  try {
    const query = { ...scope, kpi: kpi.id, from: isoOf(from), to: isoOf(to) }
    content.replaceChildren(operationsShown(await ask('GET /api/operations', { query }), kpi))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    content.replaceChildren(element('p', { class: 'muted' }, `Could not be read: ${reason}`))
  }
}
