import type { DashboardData, Scope } from './api.js'
import { byId, element } from './dom.js'
import { formatContext } from './format.js'
import { showList } from './list.js'
import { formatTime, formatZoned } from './time.js'

/** Which part of the history the page shows: a window up to now or between two times, and a part of the series. */
export interface Address {
  readonly hours: number
  /** ISO 8601, both or none of them. */
  readonly between?: readonly [from: string, to: string] | undefined
  readonly service?: string | undefined
  readonly model?: string | undefined
  readonly operation?: string | undefined
  readonly context_size?: string | undefined
  /** KPI whose chart is open: large, and scrolled to. */
  readonly kpi?: string | undefined
  /** The point of a chart whose operations are listed. */
  readonly point?: ChosenPoint | undefined
  /** Whether the review of alerts is open. */
  readonly review?: 'open' | undefined
  /** Id of the alert that is shown by itself. */
  readonly alert?: string | undefined
  /** Id of the incident that is shown by itself. */
  readonly incident?: string | undefined
}

/** A point of a KPI's chart. */
export interface ChosenPoint {
  readonly kpi: string
  /** ISO 8601. */
  readonly at: string
}

const filters = ['service', 'model', 'operation', 'context_size'] as const

const defaultHours = 24
/** Windows that can be chosen, in hours. */
const windows = { '1 h': 1, '6 h': 6, '24 h': defaultHours, '7 d': 168, '30 d': 720 }

/** What the page's own address says. */
export function readAddress(search: string): Address {
  const given = new URLSearchParams(search)
  const hours = Number(given.get('hours'))
  const from = Date.parse(given.get('from') ?? '')
  const to = Date.parse(given.get('to') ?? '')
  return {
    hours: hours > 0 && hours <= 87_600 ? hours : defaultHours,
    between: from < to ? [new Date(from).toISOString(), new Date(to).toISOString()] : undefined,
    // Alerts link here with the label names of Prometheus.
    service: given.get('service') ?? given.get('job') ?? undefined,
    model: given.get('model') ?? undefined,
    operation: given.get('operation') ?? undefined,
    context_size: given.get('context_size') ?? undefined,
    kpi: given.get('kpi') ?? undefined,
    point: readPoint(given.get('point')),
    review: given.get('review') === 'open' ? 'open' : undefined,
    alert: idIn(given, 'alert'),
    incident: idIn(given, 'incident'),
  }
}

/** As `linkTo` writes it: `f1_score@2026-11-30T14:00:00.000Z`. */
function readPoint(text: string | null): ChosenPoint | undefined {
  const [, kpi, time] = /^(\w+)@(.+)$/.exec(text ?? '') ?? []
  const at = Date.parse(time ?? '')
  return kpi === undefined || Number.isNaN(at) ? undefined : { kpi, at: new Date(at).toISOString() }
}

function idIn(given: URLSearchParams, name: string): string | undefined {
  return /^[1-9]\d*$/.exec(given.get(name) ?? '')?.[0]
}

/** The part of an address that the recorder's API takes. */
export function scopeOf({ hours, between, service, model, operation, context_size }: Address): Scope {
  const [from, to] = between ?? []
  return { ...(between ? { from, to } : { hours }), service, model, operation, context_size }
}

/** The page's own address, as a link; the default window is left out. */
export function linkTo(address: Address): string {
  const { hours, ...scope } = scopeOf(address)
  const query = new URLSearchParams()
  if (hours !== defaultHours && hours !== undefined) query.set('hours', String(hours))
  const { kpi, review, incident, alert, point } = address
  const opened = { kpi, review, incident, alert, point: point && `${point.kpi}@${point.at}` }
  for (const [name, value] of Object.entries({ ...scope, ...opened })) if (value) query.set(name, value)
  return query.size === 0 ? location.pathname : `?${query}`
}

/** Whether a past window or only a part of the series is shown: then "nothing" does not mean nothing anywhere. */
export function isPart(address: Address): boolean {
  return address.between !== undefined || filters.some((name) => address[name])
}

const selects = {
  service: 'filter-service',
  model: 'filter-model',
  operation: 'filter-operation',
  context_size: 'filter-context',
}

/** Every value of a filter that the page has seen: a model that has stopped reporting can still be chosen. */
const seen = {
  service: new Set<string>(),
  model: new Set<string>(),
  operation: new Set<string>(),
  context_size: new Set<string>(),
}

/** How many of them were offered when choices were last made. */
const offered = { service: 0, model: 0, operation: 0, context_size: 0 }

/** A link to an alert by itself. */
export function alertLink(address: Address, id: number, text: string): HTMLAnchorElement {
  const alert = String(id)
  return element('a', { href: linkTo({ ...address, alert }), 'data-alert': alert }, text)
}

/** A link to an incident by itself. */
export function incidentLink(address: Address, id: number, text: string): HTMLAnchorElement {
  const incident = String(id)
  return element('a', { href: linkTo({ ...address, incident }), 'data-incident': incident }, text)
}

/** Makes the time windows, filters and links to alerts work. */
export function startFilters(address: () => Address, go: (changes: Partial<Address>) => void): void {
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return
    const { hours, alert, incident, kpi, review } = link.dataset
    const changes = [
      ...(hours === undefined ? [] : [{ hours: Number(hours), between: undefined }]),
      ...(alert === undefined ? [] : [{ alert: alert || undefined }]),
      ...(incident === undefined ? [] : [{ incident: incident || undefined }]),
      ...(kpi === undefined ? [] : [{ kpi: kpi || undefined }]),
      ...(review === undefined ? [] : [{ review: review === '' ? undefined : ('open' as const) }]),
    ]
    if (changes.length === 0) return
    event.preventDefault()
    go(Object.assign({}, ...changes))
  })
  for (const name of filters) {
    const select = byId(selects[name], HTMLSelectElement)
    select.addEventListener('change', () => go({ [name]: select.value || undefined }))
  }
  showWindows(address())
}

/** The windows to choose from, and the one between two times that was marked in a chart. */
export function showWindows(address: Address): void {
  const items = Object.entries(windows).map(([text, hours]) => ({
    text,
    hours,
    href: linkTo({ ...address, hours, between: undefined }),
    isCurrent: !address.between && hours === address.hours,
  }))
  showList(
    byId('windows'),
    items,
    ({ text }) => text,
    ({ text, hours, href, isCurrent }) =>
      element(
        'a',
        {
          href,
          'data-hours': String(hours),
          'data-focus': text,
          'aria-current': isCurrent ? 'true' : undefined,
        },
        text,
      ),
  )
  const custom = byId('window-custom')
  const isListed = items.some(({ isCurrent }) => isCurrent)
  custom.hidden = isListed
  if (isListed) return
  custom.textContent = address.between ? betweenText(address.between) : `last ${address.hours} h`
}

function betweenText([from, to]: readonly [string, string]): string {
  return `${formatTime(Date.parse(from) / 1_000)} to ${formatZoned(Date.parse(to) / 1_000)}`
}

/** Adds what the data have to the choices. */
export function showFilters(address: Address, data: DashboardData): void {
  for (const series of data.current)
    for (const name of filters) if (series[name] !== '') seen[name].add(series[name])
  for (const model of Object.keys(data.model_performance)) seen.model.add(model)
  for (const name of filters) {
    const select = byId(selects[name], HTMLSelectElement)
    const chosen = address[name]
    if (chosen) seen[name].add(chosen)
    // Choices are made anew only when there are more: a thousand models are a thousand elements.
    if (offered[name] < seen[name].size) {
      offered[name] = seen[name].size
      const values = [...seen[name]].sort((a, b) => Number(a) - Number(b) || (a < b ? -1 : 1))
      byId(`${selects[name]}-label`).hidden = values.length < 2 && !chosen
      showList(
        select,
        ['', ...values],
        (value) => value,
        (value) =>
          element(
            'option',
            { value },
            value === '' ? 'all' : name === 'context_size' ? formatContext(value) : value,
          ),
      )
    }
    select.value = chosen ?? ''
  }
}
