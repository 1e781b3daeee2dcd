import { type AlertEpisode, ask, type DashboardData, type DashboardKpi, RefusedError } from './api.js'
import { showBefore, whatChangedBefore } from './before.js'
import { byId, element, setText } from './dom.js'
import { formatContext, formatExact, valueElement } from './format.js'
import { badge, levelClass, rank } from './level.js'
import { paged, showList } from './list.js'
import { formatDuration, sinceOf, timeOf } from './time.js'

/** An alert that fires, and the milder levels that fire beside it. */
export interface FiringAlert {
  readonly alert: AlertEpisode
  readonly milder: readonly AlertEpisode[]
}

/**
 * Alerts that fire, the worst and then the oldest first. Several levels of one KPI, service, model and context size are
 * one alert of the worst of them.
 */
export function firingAlerts({ open_alerts }: DashboardData): FiringAlert[] {
  const sorted = open_alerts.toSorted((a, b) => rank(a.level) - rank(b.level) || a.timestamp - b.timestamp)
  const firing: { alert: AlertEpisode; milder: AlertEpisode[] }[] = []
  for (const alert of sorted) {
    const worse = alert.is_worst ? undefined : firing.find(({ alert: other }) => isSamePlace(alert, other))
    if (worse) worse.milder.push(alert)
    else firing.push({ alert, milder: [] })
  }
  return firing
}

function isSamePlace(a: AlertEpisode, b: AlertEpisode): boolean {
  return (
    a.metric_type === b.metric_type &&
    a.service === b.service &&
    a.model === b.model &&
    a.context_size === b.context_size &&
    a.operation === b.operation
  )
}

/** What is known of the KPI that an alert is about. */
export interface AlertKpi extends Pick<DashboardKpi, 'id' | 'title' | 'unit'> {
  /** Undefined for a KPI that the configuration no longer has. */
  readonly direction: DashboardKpi['direction'] | undefined
}

/** The KPI that an alert is about: one that the configuration no longer has is shown by its id. */
export function kpiOf(
  { metric_type: id }: AlertEpisode,
  kpis: readonly DashboardKpi[],
): AlertKpi | undefined {
  if (id === null) return undefined
  return kpis.find((kpi) => kpi.id === id) ?? { id, title: id, unit: '', direction: undefined }
}

/** The newest value of what an alert is about; null where there is none. */
export function newestValue(alert: AlertEpisode, { current }: DashboardData): number | null {
  const series = current.find(
    ({ service, model, context_size, operation }) =>
      service === alert.service &&
      model === alert.model &&
      context_size === alert.context_size &&
      operation === alert.operation,
  )
  return alert.metric_type === null ? null : (series?.kpis[alert.metric_type]?.value ?? null)
}

/** What an alert is about, in words. */
export function titleOf(alert: AlertEpisode, kpi: AlertKpi | undefined): string {
  if (!kpi || !alert.model) return alert.message
  return `${kpi.title} of ${alert.model}${alert.operation ? ` (${alert.operation})` : ''}`
}

/** A threshold as a condition: `≤ 0.8`. */
export function conditionOf(
  threshold: number,
  { direction, unit }: Pick<AlertKpi, 'direction' | 'unit'>,
): string {
  const sign = direction === 'higher_is_better' ? '≤ ' : direction === 'lower_is_better' ? '≥ ' : ''
  return `${sign}${formatExact(threshold, unit)}`
}

/** A dashboard of Grafana has its uid after `/d/`; without Grafana an alert's dashboard is this page itself. */
const grafanaPath = /\/d\/[^/]+$/

/** Where an alert leads: what to do, and Grafana's dashboard of it. */
export function alertLinks({ metadata }: AlertEpisode, className?: string): HTMLAnchorElement[] {
  const { runbook_url: runbook, dashboard_url: dashboard } = metadata.annotations
  const to = (url: string | undefined, text: string, pattern = /^/) =>
    url !== undefined && isSafe(url) && pattern.test(new URL(url).pathname)
      ? [element('a', { href: url, rel: 'noreferrer', class: className }, text)]
      : []
  return [...to(runbook, 'Runbook'), ...to(dashboard, 'Dashboard', grafanaPath)]
}

/** Only links that a browser may follow without harm; annotations come from outside. */
function isSafe(url: string): boolean {
  return /^https?:\/\//.test(url) && URL.canParse(url)
}

/** For so many alerts the page shows at once what changed before; the others, often of the same cause, are closed. */
const mostOpened = 1

let latest: { readonly data: DashboardData; readonly isPart: boolean } | undefined
const pages = paged(byId('firing-more'), 12, () => {
  if (latest) showFiring(latest.data, latest.isPart)
})

/** Alerts that fire, one card each. */
export function showFiring(data: DashboardData, isPart: boolean): void {
  latest = { data, isPart }
  const firing = firingAlerts(data)
  byId('firing-none').hidden = firing.length > 0
  setText(byId('firing-none'), isPart ? 'Nothing is firing in this selection.' : 'Nothing is firing.')
  setText(byId('firing-count'), firing.length > 0 ? firing.length.toLocaleString('en') : '')
  pages.update(firing.length, 'alerts')
  const several = new Set(data.current.map(({ service }) => service)).size > 1
  showList(
    byId('firing-list'),
    firing.slice(0, pages.most()).map(({ alert, milder }, place) => ({
      alert,
      milder,
      kpi: kpiOf(alert, data.kpis),
      value: newestValue(alert, data),
      isOpened: place < mostOpened,
      several,
    })),
    ({ alert }) => String(alert.id),
    card,
    // A card that was opened stays open when it moves down.
    ({ isOpened: _, ...seen }) => seen,
  )
  showBefore(
    firing.map(({ alert }) => alert.id),
    data.kpis,
  )
}

interface Card extends FiringAlert {
  readonly kpi: AlertKpi | undefined
  readonly value: number | null
  readonly isOpened: boolean
  /** Whether there are several services. */
  readonly several: boolean
}

function card({ alert, milder, kpi, value, isOpened, several }: Card): HTMLLIElement {
  const title = titleOf(alert, kpi)
  const where = [
    several && alert.service ? alert.service : '',
    alert.context_size ? `${formatContext(alert.context_size)} context` : '',
  ].filter((part) => part !== '')
  const { description } = alert.metadata.annotations
  return element(
    'li',
    { class: `alert ${levelClass(alert.level ?? 'other')}`, 'data-episode': String(alert.id) },
    element(
      'div',
      { class: 'alert-head' },
      badge(alert.level ?? 'alert'),
      element('h3', {}, title),
      element('span', { class: 'where' }, where.join(' · ')),
      element(
        'span',
        { class: 'since' },
        'for ',
        element('strong', {}, sinceOf(alert.timestamp)),
        ' since ',
        timeOf(alert.timestamp),
      ),
    ),
    kpi ? figuresOf(alert, kpi, value) : element('p', {}, description ?? ''),
    milder.length > 0 ? milderLevels(milder) : null,
    possibleCause(alert),
    element(
      'div',
      { class: 'actions' },
      ...alertLinks(alert, 'button'),
      kpi ? element('a', { href: `#chart-${kpi.id}`, class: 'button quiet' }, 'Chart') : null,
      acknowledgement(alert, title),
    ),
    whatChangedBefore(alert, isOpened),
  )
}

function figuresOf(alert: AlertEpisode, kpi: AlertKpi, value: number | null): HTMLDListElement {
  const limits = alert.threshold === null ? [] : [alert.threshold]
  const figure = (name: string, content: Node | string) =>
    element('div', {}, element('dt', {}, name), element('dd', {}, content))
  return element(
    'dl',
    { class: 'figures' },
    figure('newest', valueElement(value, kpi, limits)),
    figure('worst', valueElement(alert.peak_value, kpi, limits)),
    figure('at start', valueElement(alert.current_value, kpi, limits)),
    alert.threshold === null
      ? null
      : figure(`${alert.level ?? 'alert'} at`, conditionOf(alert.threshold, kpi)),
  )
}

function milderLevels(milder: readonly AlertEpisode[]): HTMLParagraphElement {
  return element(
    'p',
    { class: 'milder' },
    'Also firing: ',
    ...milder.flatMap((each, i) => [
      i === 0 ? '' : ', ',
      badge(each.level ?? 'alert'),
      ' since ',
      timeOf(each.timestamp),
    ]),
  )
}

/** What people changed last before an alert began. */
function possibleCause({ preceded_by: change, timestamp }: AlertEpisode): HTMLParagraphElement | null {
  if (change === null) return null
  const { kind, at, by, what } = change
  return element(
    'p',
    { class: 'cause' },
    element('strong', {}, 'Possible cause: '),
    `${kind} changed ${formatDuration(timestamp - at)} before, at `,
    timeOf(at),
    `${by === null ? '' : ` by ${by}`}: ${what}`,
  )
}

function acknowledgement(alert: AlertEpisode, title: string): HTMLSpanElement {
  const { acknowledgement: last } = alert
  const button = element(
    'button',
    { type: 'button', class: 'quiet', 'data-focus': `acknowledge-${alert.id}` },
    last ? 'Add a comment' : 'Acknowledge',
    element('span', { class: 'unseen' }, ` ${title}`),
  )
  button.addEventListener('click', () => openDialog(alert.id, title))
  return element(
    'span',
    { class: 'acknowledgement' },
    button,
    last
      ? element(
          'span',
          {},
          'Acknowledged by ',
          element('strong', {}, last.by),
          ' at ',
          timeOf(last.at),
          last.comment ? `: ${last.comment}` : '',
        )
      : null,
  )
}

const nameKey = 'mnemoscope.name'
/** Kept as long as the tab: a token is a secret. */
const tokenKey = 'mnemoscope.token'
/** Episode that the dialog is about. */
let acknowledged: number | undefined

/** Makes the dialog work. @param onStored called after something was stored */
export function startAcknowledge(onStored: () => void): void {
  const dialog = byId('acknowledge', HTMLDialogElement)
  byId('acknowledge-cancel').addEventListener('click', () => dialog.close())
  dialog.addEventListener('submit', (event) => {
    event.preventDefault()
    void submit().then((isStored) => {
      if (isStored) onStored()
    })
  })
}

function openDialog(id: number, title: string): void {
  acknowledged = id
  setText(byId('acknowledge-title'), `Acknowledge: ${title}`)
  setText(byId('acknowledge-error'), '')
  byId('acknowledge-by', HTMLInputElement).value ||= localStorage.getItem(nameKey) ?? ''
  byId('acknowledge', HTMLDialogElement).showModal()
}

async function submit(): Promise<boolean> {
  if (acknowledged === undefined) return false
  const by = byId('acknowledge-by', HTMLInputElement).value.trim()
  const comment = byId('acknowledge-comment', HTMLTextAreaElement)
  const written = byId('acknowledge-token', HTMLInputElement)
  const button = byId('acknowledge-send', HTMLButtonElement)
  button.disabled = true
  try {
    const token = written.value || sessionStorage.getItem(tokenKey)
    const text = comment.value.trim()
    await ask('POST /api/episodes/{id}/acknowledge', {
      params: { id: String(acknowledged) },
      body: text ? { by, comment: text } : { by },
      token,
    })
    localStorage.setItem(nameKey, by)
    if (token) sessionStorage.setItem(tokenKey, token)
    comment.value = ''
    byId('acknowledge', HTMLDialogElement).close()
    return true
  } catch (error) {
    const needsToken = error instanceof RefusedError && error.code === 'TOKEN_REQUIRED'
    setText(
      byId('acknowledge-error'),
      needsToken
        ? 'Not stored: this recorder wants its token (MNEMOSCOPE_TOKEN). Enter it and send again.'
        : `Not stored: ${error instanceof Error ? error.message : String(error)}`,
    )
    if (needsToken) {
      sessionStorage.removeItem(tokenKey)
      byId('acknowledge-token-label').hidden = false
      written.focus()
    }
    return false
  } finally {
    button.disabled = false
  }
}
