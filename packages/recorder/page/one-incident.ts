import { ask, type Incident, type IncidentDetail, RefusedError } from './api.js'
import { byId, element, setText } from './dom.js'
import { type Address, alertLink, linkTo } from './filters.js'
import { incidentCard, knownIncidents } from './incidents.js'
import { badge } from './level.js'
import { paged, showList } from './list.js'
import { shareButtons } from './share.js'
import { askToSignIn } from './sign-in.js'
import { formatDuration, formatZoned, timeOf } from './time.js'

const nameKey = 'mnemoscope.name'
type TimelineItem = IncidentDetail['timeline'][number]

const words: Readonly<Record<TimelineItem['kind'], string>> = {
  alert_began: 'began',
  alert_ended: 'ended',
  kpi_moved: 'KPI moved',
  deployment: 'Deployment',
  config_change: 'Configuration',
  notification: 'Notification',
  acknowledged: 'Acknowledged',
  comment: 'Comment',
  titled: 'Title',
  merged: 'Merged',
  split: 'Split',
}

/** The one that the reader was led to last, and what its forms are about. */
let led: string | undefined
let shown: number | undefined
let latest: { readonly timeline: readonly TimelineItem[]; readonly address: Address } | undefined
const pages = paged(byId('timeline-older'), 20, () => {
  if (latest) showTimeline(latest.timeline, latest.address)
})

/** One incident by itself, open or over: what a link to it leads to. */
export async function showOneIncident(address: Address): Promise<void> {
  const section = byId('one-incident')
  section.hidden = address.incident === undefined
  const isNew = led !== address.incident
  led = address.incident
  if (address.incident === undefined) return
  const href = linkTo({ ...address, incident: undefined })
  byId('one-incident-close').replaceChildren(
    element('a', { href, 'data-incident': '', class: 'button quiet' }, 'All incidents'),
  )
  try {
    const incident = await ask('GET /api/incidents/{id}', { params: { id: address.incident } })
    if (led !== address.incident) return
    show(incident, address, isNew)
  } catch (error) {
    // It may be older than the retention.
    if (!(error instanceof RefusedError)) throw error
    if (led !== address.incident) return
    byId('one-incident-content').hidden = true
    byId('one-incident-list').replaceChildren(element('li', { class: 'muted' }, error.message))
  }
  if (isNew) section.scrollIntoView({ block: 'start' })
}

function show(incident: IncidentDetail, address: Address, isNew: boolean): void {
  shown = incident.id
  byId('one-incident-content').hidden = false
  const { timeline, episodes, left_out } = incident
  showList(
    byId('one-incident-list'),
    [incident],
    ({ id }) => String(id),
    (given) => {
      const card = incidentCard(given, address)
      card.append(element('p', {}, ...notifiedText(given)))
      const draft = `api/incidents/${given.id}/postmortem`
      card.append(
        element(
          'div',
          { class: 'actions' },
          element('a', { href: draft, class: 'button', 'data-focus': 'postmortem' }, 'Post-mortem draft'),
          shareIncident(given),
        ),
      )
      return card
    },
    ({ timeline: _, episodes: __, ...seen }) => [seen, address],
  )
  const more = byId('timeline-more')
  more.hidden = left_out === 0
  setText(more, `${left_out} more entries are not shown, most of them of alerts and notifications.`)
  showTimeline(timeline, address)
  showList(
    byId('incident-alerts'),
    episodes.map(({ id, level, message, timestamp }) => ({ id, level, message, timestamp })),
    ({ id }) => String(id),
    ({ id, level, message, timestamp }) =>
      element(
        'li',
        {},
        element(
          'label',
          {},
          element('input', { type: 'checkbox', name: 'episode', value: String(id) }),
          badge(level ?? 'alert'),
          ` ${message}, since `,
          timeOf(timestamp),
        ),
      ),
  )
  const others = knownIncidents().filter(({ id }) => id !== incident.id)
  showList(
    inputIn('incident-merge', 'incident', HTMLSelectElement),
    others.map(({ id, title }: Incident) => ({ id, title })),
    ({ id }) => String(id),
    ({ id, title }) => element('option', { value: String(id) }, `#${id} ${title}`),
  )
  const missing = incident.alerts - episodes.length
  const unlisted = byId('incident-alerts-more')
  unlisted.hidden = missing === 0
  setText(unlisted, `${missing} more alerts are not listed: those that fire come first.`)
  byId('incident-merge').hidden = others.length === 0
  byId('incident-split').hidden = episodes.length < 2
  if (!isNew) return
  setText(byId('incident-error'), '')
  inputIn('incident-comment', 'by', HTMLInputElement).value ||= localStorage.getItem(nameKey) ?? ''
  inputIn('incident-rename', 'text', HTMLInputElement).value = incident.title
}

function notifiedText({ was_notified, notified_at, starts_at }: IncidentDetail): (string | HTMLElement)[] {
  if (notified_at !== null) {
    const after = notified_at < starts_at ? '' : `, ${formatDuration(notified_at - starts_at)} after it began`
    return ['People were notified at ', timeOf(notified_at), `${after}.`]
  }
  if (was_notified === false) return [element('strong', {}, 'Nobody was notified.')]
  return ['It is not known whether anybody was notified.']
}

/** So many of the newest entries fit on a picture. */
const mostPictured = 15

/** Buttons that share an incident; on its picture are its newest entries. */
function shareIncident({
  id,
  title,
  level,
  state,
  starts_at,
  ends_at,
  timeline,
}: IncidentDetail): HTMLElement {
  const until = ends_at === null ? '' : ` to ${formatZoned(ends_at)}`
  const lines = () => {
    const entries = timeline.slice(-mostPictured).toReversed()
    return entries.map(({ at, kind, what, by }) =>
      [formatZoned(at), `${words[kind]}: ${what}`, by].filter(Boolean).join(' · '),
    )
  }
  return shareButtons({
    name: `incident ${id}`,
    link: () => linkTo({ hours: 24, incident: String(id) }),
    picture: () => ({
      title: `${(level ?? 'alert').toUpperCase()}: ${title}`,
      notes: [`#${id} ${state}, ${formatZoned(starts_at)}${until}`, ...lines()],
    }),
  })
}

/** The newest entries first: what happens now is on top. */
function showTimeline(timeline: readonly TimelineItem[], address: Address): void {
  latest = { timeline, address }
  pages.update(timeline.length, 'entries')
  showList(
    byId('timeline'),
    timeline
      .map((entry, i) => ({ entry, i }))
      .toReversed()
      .slice(0, pages.most()),
    ({ entry: { kind, at, episode, what }, i }) => `${kind} ${at} ${episode ?? i} ${what}`,
    ({ entry }) => entryOf(entry, address),
  )
}

function entryOf({ at, kind, what, by, level, episode }: TimelineItem, address: Address): HTMLLIElement {
  const said = what === words[kind] ? null : what
  const about = episode === null ? said : alertLink(address, episode, what)
  return element(
    'li',
    { class: `of-${kind}` },
    timeOf(at),
    element(
      'span',
      {},
      kind.startsWith('alert_') ? badge(level ?? 'alert') : element('strong', {}, words[kind]),
      ' ',
      about,
      kind.startsWith('alert_') ? ` ${words[kind]}` : null,
      by === null ? null : element('small', {}, ` ${by}`),
    ),
  )
}

/** Makes the forms work. @param onStored called after something was stored */
export function startIncidentForms(onStored: () => void): void {
  const on = (
    id: string,
    store: (event: SubmitEvent, params: { id: string }, by: string) => Promise<unknown>,
  ) => {
    const form = byId(id, HTMLFormElement)
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      const name = inputIn('incident-comment', 'by', HTMLInputElement)
      if (shown === undefined || !name.reportValidity()) return
      const by = name.value.trim()
      const params = { id: String(shown) }
      void submitting(form, () => store(event, params, by)).then((isStored) => {
        if (!isStored) return
        localStorage.setItem(nameKey, by)
        onStored()
      })
    })
  }
  on('incident-comment', async ({ submitter }, params, by) => {
    const text = inputIn('incident-comment', 'text', HTMLTextAreaElement)
    const comment = text.value.trim()
    if (submitter instanceof HTMLButtonElement && submitter.value === 'acknowledge') {
      const body = comment ? { by, comment } : { by }
      await ask('POST /api/incidents/{id}/acknowledge', { params, body })
    } else await ask('POST /api/incidents/{id}/comments', { params, body: { by, comment } })
    text.value = ''
  })
  on('incident-merge', (_, params, by) => {
    const incident = Number(inputIn('incident-merge', 'incident', HTMLSelectElement).value)
    return ask('POST /api/incidents/{id}/merge', { params, body: { by, incident } })
  })
  on('incident-split', (_, params, by) => {
    const chosen = byId('incident-alerts').querySelectorAll<HTMLInputElement>('input:checked')
    const episodes = [...chosen].map(({ value }) => Number(value))
    if (episodes.length === 0) throw new Error('choose the alerts to split off')
    return ask('POST /api/incidents/{id}/split', { params, body: { by, episodes } })
  })
  on('incident-rename', (_, params, by) => {
    const title = inputIn('incident-rename', 'text', HTMLInputElement).value.trim()
    return ask('POST /api/incidents/{id}/title', { params, body: { by, title } })
  })
}

/** @returns whether it was stored; else the page says why not */
async function submitting(form: HTMLFormElement, store: () => Promise<unknown>): Promise<boolean> {
  const buttons = form.querySelectorAll('button')
  for (const button of buttons) button.disabled = true
  try {
    await store()
    setText(byId('incident-error'), '')
    return true
  } catch (error) {
    const why = askToSignIn(error)
      ? 'sign in, then send again.'
      : error instanceof Error
        ? error.message
        : String(error)
    setText(byId('incident-error'), `Not stored: ${why}`)
    return false
  } finally {
    for (const button of buttons) button.disabled = false
  }
}

function inputIn<Kind extends Element>(form: string, name: string, kind: new () => Kind): Kind {
  const found = byId(form, HTMLFormElement).elements.namedItem(name)
  if (found instanceof kind) return found
  throw new Error(`the form "${form}" has no ${kind.name} "${name}"`)
}
