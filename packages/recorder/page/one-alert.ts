import { kpiOf } from './alerts.js'
import { ask, type DashboardData, RefusedError } from './api.js'
import { byId, element } from './dom.js'
import { type Address, linkTo } from './filters.js'
import { card } from './firing.js'
import { showList } from './list.js'

/** The one that the reader was led to last. */
let led: string | undefined

/** One alert by itself, open or over: what a link to it leads to. */
export async function showOneAlert(address: Address, { kpis }: Pick<DashboardData, 'kpis'>): Promise<void> {
  const section = byId('one-alert')
  section.hidden = address.alert === undefined
  if (led !== address.alert) section.scrollIntoView({ block: 'center' })
  led = address.alert
  if (address.alert === undefined) return
  const close = element(
    'a',
    { href: linkTo({ ...address, alert: undefined }), 'data-alert': '', class: 'button quiet' },
    'All alerts',
  )
  byId('one-alert-close').replaceChildren(close)
  const list = byId('one-alert-list')
  try {
    const alert = await ask('GET /api/episodes/{id}', { params: { id: address.alert } })
    if (led !== address.alert) return
    const shown = { alert, milder: [], kpi: kpiOf(alert, kpis), isOpened: true, several: true, address }
    const { before: _, transitions: __, ...seen } = alert
    showList(
      list,
      [shown],
      ({ alert: { id } }) => String(id),
      card,
      () => seen,
    )
  } catch (error) {
    // It may be older than the retention.
    if (!(error instanceof RefusedError)) throw error
    if (led !== address.alert) return
    list.replaceChildren(element('li', { class: 'muted' }, error.message))
  }
}
