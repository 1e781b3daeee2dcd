import { ask, type Incident } from './api.js'
import { byId, element, setText } from './dom.js'
import { type Address, incidentLink, scopeOf } from './filters.js'
import { badge, levelClass } from './level.js'
import { paged, showList } from './list.js'
import { formatDuration, sinceOf, timeOf } from './time.js'

/** The most that are asked for of each kind. */
const mostIncidents = { unresolved: 200, resolved: 50 } as const

let latest: { readonly address: Address; readonly incidents: readonly Incident[] } | undefined
const pages = paged(byId('incidents-more'), 4, () => {
  if (latest) show(latest.address, latest.incidents)
})

/** Incidents of the window: those that are not over first, then the newest. Resolved ones wait behind the first page. */
export async function showIncidents(address: Address): Promise<void> {
  const [unresolved, resolved] = await Promise.all([
    incidentsOf(address, 'unresolved'),
    incidentsOf(address, 'resolved'),
  ])
  show(address, [...unresolved, ...resolved])
}

async function incidentsOf(address: Address, state: 'unresolved' | 'resolved'): Promise<readonly Incident[]> {
  const query = { ...scopeOf(address), state, limit: mostIncidents[state] }
  const { incidents } = await ask('GET /api/incidents', { query })
  return incidents
}

/** Incidents that the page knows, for who wants to name another one. */
export function knownIncidents(): readonly Incident[] {
  return latest?.incidents ?? []
}

function show(address: Address, incidents: readonly Incident[]): void {
  latest = { address, incidents }
  byId('incidents').hidden = incidents.length === 0
  const open = incidents.filter(({ state }) => state !== 'resolved').length
  setText(
    byId('incidents-count'),
    `${countText(open, mostIncidents.unresolved)} open, ${countText(incidents.length - open, mostIncidents.resolved)} resolved`,
  )
  pages.update(incidents.length, 'incidents')
  showList(
    byId('incidents-list'),
    incidents.slice(0, pages.most()).map((incident) => ({ incident, address })),
    ({ incident }) => String(incident.id),
    ({ incident }) => incidentCard(incident, address),
  )
}

/** How many there are; of an answer that is full there may be more. */
function countText(count: number, most: number): string {
  return count < most ? String(count) : `${count} or more`
}

/** What an incident is, how bad, since when, and who is on it. */
export function incidentCard(incident: Incident, address: Address): HTMLLIElement {
  const { id, title, level, state, starts_at, ends_at } = incident
  const span =
    ends_at === null
      ? ['for ', element('strong', {}, sinceOf(starts_at)), ' since ', timeOf(starts_at)]
      : ['lasted ', element('strong', {}, formatDuration(ends_at - starts_at)), ' from ', timeOf(starts_at)]
  return element(
    'li',
    {
      class: `incident ${levelClass(state === 'resolved' ? null : (level ?? 'other'))}`,
      'data-id': String(id),
    },
    element(
      'div',
      { class: 'alert-head' },
      badge(level ?? 'alert'),
      element('h3', {}, incidentLink(address, id, title)),
      element('span', { class: 'where' }, `#${id} ${state}`),
      element('span', { class: 'since' }, ...span),
    ),
    element('p', {}, peopleText(incident)),
  )
}

function peopleText({ alerts, open_alerts, people }: Incident): string {
  const all = `${alerts} ${alerts === 1 ? 'alert' : 'alerts'}`
  const firing = open_alerts === 0 ? all : `${all}, ${open_alerts} firing`
  return `${firing}; ${people.length === 0 ? 'nobody is on it yet' : `on it: ${people.join(', ')}`}`
}
