import { kpiOf, titleOf } from './alerts.js'
import { ask, type DashboardData } from './api.js'
import { byId, element, setText } from './dom.js'
import { type Address, linkTo } from './filters.js'
import { knownIncidents } from './incidents.js'
import { type Found, matching, type SearchItem } from './search-items.js'
import { formatZoned } from './time.js'

/** Alerts that can be found beside those that fire: the newest ones. */
const mostAlerts = 500

/** What the search needs of the page. */
export interface Needs {
  readonly address: () => Address
  readonly data: () => DashboardData | undefined
  readonly go: (changes: Partial<Address>) => void
}

/** What can be found, with what a choice does. */
interface Target extends SearchItem {
  readonly changes?: Partial<Address>
  /** Leads away from the page. */
  readonly href?: string
}

/** What a question has found. */
let asked: readonly Target[] = []
let found: readonly Found<Target>[] = []
let chosen = 0

let isStarted = false

/** Opens the search: arrows choose, Enter goes there. */
export function openSearch(needs: Needs): void {
  if (!isStarted) start(needs)
  isStarted = true
  const dialog = byId('search', HTMLDialogElement)
  if (dialog.open) return
  byId('search-text', HTMLInputElement).value = ''
  dialog.showModal()
  show(needs)
  readMore(needs).then(
    () => dialog.open && show(needs),
    // What is known without it can be found.
    () => {},
  )
}

function start(needs: Needs): void {
  const dialog = byId('search', HTMLDialogElement)
  const input = byId('search-text', HTMLInputElement)
  input.addEventListener('input', () => show(needs))
  input.addEventListener('keydown', (event) => {
    const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 }
    const step = steps[event.key]
    if (step !== undefined && found.length > 0) {
      event.preventDefault()
      choose((chosen + step + found.length) % found.length)
    } else if (event.key === 'Enter') {
      event.preventDefault()
      follow(found[chosen]?.item, needs)
    }
  })
  byId('search-list').addEventListener('click', (event) => {
    const option = event.target instanceof Element ? event.target.closest('[role=option]') : null
    if (option instanceof HTMLElement) follow(found[Number(option.dataset.index)]?.item, needs)
  })
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close()
  })
}

/** Reads the newest alerts, and which runbooks there are. */
async function readMore({ data }: Needs): Promise<void> {
  const [{ episodes }, { config }] = await Promise.all([
    ask('GET /api/episodes', { query: { hours: 720, limit: mostAlerts } }),
    ask('GET /api/config'),
  ])
  const kpis = data()?.kpis ?? []
  const alerts = episodes.map((alert): Target => {
    const { id, level, ends_at, timestamp, service, model, operation, metadata } = alert
    const state = `${ends_at === null ? 'firing since' : 'began'} ${formatZoned(timestamp)}`
    return {
      kind: 'alert',
      text: titleOf(alert, kpiOf(alert, kpis)),
      more: [level ?? 'alert', state, service].filter(Boolean).join(', '),
      words: `${metadata.alertname} ${model ?? ''} ${operation ?? ''}`,
      changes: { alert: String(id) },
    }
  })
  const ofAlerts = new Map(
    episodes.map(({ metadata: { alertname, annotations } }) => [alertname, annotations.runbook_url ?? '']),
  )
  const runbooks = [
    ...Object.values(config.kpis).map(({ title, runbook }) => [title, runbook] as const),
    ...ofAlerts,
  ].flatMap(([text, page]): Target[] => {
    if (page === '') return []
    const isAddress = /^https?:\/\//.test(page)
    return [{ kind: 'runbook', text, more: '', href: isAddress ? page : `runbooks/${page}` }]
  })
  asked = [...runbooks, ...alerts]
}

/** Everything that can be found without a question. */
function known(data: DashboardData | undefined): Target[] {
  if (data === undefined) return []
  const names = (of: (place: DashboardData['current'][number]) => string) =>
    [...new Set(data.current.map(of))].filter((name) => name !== '').sort()
  const models = new Set([...names(({ model }) => model), ...Object.keys(data.model_performance)])
  return [
    ...[...models].map((model): Target => ({ kind: 'model', text: model, more: '', changes: { model } })),
    ...names(({ service }) => service).map(
      (service): Target => ({ kind: 'service', text: service, more: '', changes: { service } }),
    ),
    ...names(({ operation }) => operation).map(
      (operation): Target => ({ kind: 'operation', text: operation, more: '', changes: { operation } }),
    ),
    ...data.kpis.map(
      ({ id, title }): Target => ({ kind: 'chart', text: title, more: '', words: id, changes: { kpi: id } }),
    ),
    ...knownIncidents().map(
      ({ id, title, state, starts_at }): Target => ({
        ...{ kind: 'incident', text: title, changes: { incident: String(id) } },
        more: `#${id} ${state}, since ${formatZoned(starts_at)}`,
      }),
    ),
    { kind: 'runbook', text: 'All runbooks', more: '', href: 'runbooks/README.md' },
    { kind: 'part', text: 'Alert review', more: 'precision, noise, flaps', changes: { review: 'open' } },
  ]
}

function show({ data }: Needs): void {
  const text = byId('search-text', HTMLInputElement).value
  found = matching([...known(data()), ...asked], text)
  byId('search-list').replaceChildren(
    ...found.map(({ item }, i) =>
      element(
        'div',
        { role: 'option', id: `search-${i}`, 'data-index': String(i), 'aria-selected': 'false' },
        element('span', { class: 'kind' }, item.kind),
        element('span', {}, item.text, item.more === '' ? null : element('small', {}, ` ${item.more}`)),
      ),
    ),
  )
  setText(byId('search-count'), found.length === 0 ? 'Nothing has this name.' : `${found.length} found`)
  choose(0)
}

function choose(index: number): void {
  chosen = index
  const input = byId('search-text', HTMLInputElement)
  input.removeAttribute('aria-activedescendant')
  for (const [i, option] of [...byId('search-list').children].entries()) {
    option.setAttribute('aria-selected', String(i === index))
    if (i !== index) continue
    input.setAttribute('aria-activedescendant', option.id)
    option.scrollIntoView({ block: 'nearest' })
  }
}

function follow(item: Target | undefined, { address, go }: Needs): void {
  if (item === undefined) return
  byId('search', HTMLDialogElement).close()
  if (item.href !== undefined) location.assign(item.href)
  else if (item.changes !== undefined && linkTo({ ...address(), ...item.changes }) !== linkTo(address()))
    go(item.changes)
}
