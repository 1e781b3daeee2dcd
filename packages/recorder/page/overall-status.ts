import { type FiringAlert, firingAlerts, kpiOf, titleOf } from './alerts.js'
import type { AlertEpisode, DashboardData } from './api.js'
import { byId, element, setText } from './dom.js'
import { formatContext, valueElement } from './format.js'
import { badge, type Level, levelClass, levels, rank } from './level.js'
import { showList } from './list.js'
import { sinceOf, timeOf } from './time.js'

const titles: Readonly<Record<Level, string>> = {
  critical: 'Critical',
  error: 'Error',
  warning: 'Warning',
  info: 'Notice',
}

const unknownTitles = {
  nothing_yet: 'Waiting for data',
  no_snapshot: 'No data',
  no_value: 'Too few measurements to judge any KPI',
}

/** Why the newest values are not known. */
interface Unknown {
  readonly title: string
  /** Unix seconds; undefined where no time can be said, null where the window has no snapshot. */
  readonly since?: number | null
  /** One sentence each; none while a first run waits for data. */
  readonly reasons: readonly string[]
}

/** Worst level among the newest values and the alerts that fire; null where there is none. */
function worstLevel({ current, open_alerts }: DashboardData): Level | null {
  const found = new Set([
    ...current.flatMap(({ kpis }) => Object.values(kpis).map(({ severity }) => severity)),
    ...open_alerts.map(({ level }) => level),
  ])
  return levels.find((level) => found.has(level)) ?? null
}

/**
 * One sentence: how bad, which KPI of which model, since when, and how much more there is. It says that all is well
 * only where values say so.
 * @param problems what keeps the recorder from its work
 */
export function showOverallStatus(data: DashboardData, problems: readonly string[]): void {
  const { no_data: unknown } = data
  show(data, unknown === null ? undefined : unknownOf(unknown, problems))
}

/** The recorder answers no more: only what fires stays, as what was well may no longer be. */
export function showOutdated(data: DashboardData, reason: string): void {
  show(data, { title: 'Unknown', since: data.timestamp, reasons: [reason] })
}

function unknownOf(
  { reason, since }: NonNullable<DashboardData['no_data']>,
  problems: readonly string[],
): Unknown {
  const title = unknownTitles[reason]
  if (reason === 'nothing_yet') return { title, reasons: [] }
  const reasons = problems.length > 0 ? problems.map((problem) => `${problem}.`) : noProblem
  return reason === 'no_snapshot' ? { title, since, reasons } : { title, reasons }
}

const noProblem = ['The recorder works: check that services report.']

function show(data: DashboardData, unknown: Unknown | undefined): void {
  const [worst, ...others] = firingAlerts(data)
  const level = worst !== undefined || unknown === undefined ? worstLevel(data) : null
  const isValueWorse = worst !== undefined && rank(level) < rank(worst.alert.level)
  const more = others.length > 0 ? `, and ${others.length} more` : ''
  const known = worst
    ? alertSentence(worst, data, more)
    : unknown
      ? []
      : level
        ? [badge(level), element('strong', {}, 'A value is beyond a threshold; no alert fires yet')]
        : [element('strong', {}, 'All KPIs within their thresholds')]
  const state = worst || unknown ? (level ?? 'other') : level
  byId('overall-status').className = `overall-status ${levelClass(state)}`
  byId('overall-status').replaceChildren(
    element(
      'span',
      {},
      ...known,
      ...(isValueWorse ? ['; newest values are ', badge(level)] : []),
      worst && unknown ? '. ' : '',
      ...(unknown ? unknownSentence(unknown) : []),
    ),
  )
  const word = level ? titles[level] : worst ? 'Alert' : unknown ? unknown.title : 'No alert'
  // The sentence ticks with the time; what is read aloud is only that something else is the matter.
  setText(byId('announcement'), `${word}. ${worst ? headline(worst.alert, data) : ''}${more}`)
  const prefix = level || worst ? `${word}${others.length > 0 ? ` (${others.length + 1})` : ''} – ` : ''
  document.title = `${prefix}Mnemoscope`
  const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]')
  if (icon) icon.href = prefix !== '' && level !== 'info' ? 'page/icon-alert.svg' : 'page/icon.svg'
}

function alertSentence({ alert }: FiringAlert, data: DashboardData, more: string): (Node | string)[] {
  const kpi = kpiOf(alert, data.kpis)
  const limits = alert.threshold === null ? [] : [alert.threshold]
  return [
    badge(alert.level ?? 'alert'),
    element('strong', {}, headline(alert, data)),
    ...(kpi && alert.newest_value !== null ? [' at ', valueElement(alert.newest_value, kpi, limits)] : []),
    ' for ',
    sinceOf(alert.timestamp),
    more,
  ]
}

function headline(alert: AlertEpisode, { kpis }: DashboardData): string {
  const kpi = kpiOf(alert, kpis)
  const { context_size: context } = alert
  return `${titleOf(alert, kpi)}${kpi && context ? ` (${formatContext(context)} context)` : ''}`
}

/** Since when nothing is known, why, and where to look. */
function unknownSentence({ title, since, reasons }: Unknown): (Node | string)[] {
  const time = since === undefined ? [] : since === null ? [' in this window'] : [' since ', timeOf(since)]
  const where =
    reasons.length === 0 ? [] : [`. ${reasons.join(' ')} `, element('a', { href: 'readyz' }, 'Readiness')]
  return [element('strong', {}, title), ...time, ...where]
}

const parts = {
  'Postgres answers': 'Postgres:',
  'Prometheus answers': 'Prometheus:',
  'Snapshots are taken': 'Snapshots:',
}

/** What a first run waits for: each part, and whether it is there. Shown instead of everything else until data arrive. */
export function showGuide({ no_data, open_alerts }: DashboardData, problems: readonly string[]): void {
  const isEmpty = no_data?.reason === 'nothing_yet' && open_alerts.length === 0
  byId('guide').hidden = !isEmpty
  byId('content').hidden = isEmpty
  if (!isEmpty) return
  const prefixes = Object.values(parts)
  const ofPart = (prefix: string) =>
    problems
      .filter((problem) => problem.startsWith(prefix))
      .map((problem) => problem.slice(prefix.length).trim())
  const other = problems.filter((problem) => !prefixes.some((prefix) => problem.startsWith(prefix)))
  const steps = [
    { name: 'The recorder runs', problems: other },
    ...Object.entries(parts).map(([name, prefix]) => ({ name, problems: ofPart(prefix) })),
    { name: 'A service reports its KPIs', problems: ['none has yet: follow the three steps below'] },
  ]
  showList(
    byId('guide-steps'),
    steps,
    ({ name }) => name,
    ({ name, problems: found }) =>
      element(
        'li',
        { class: found.length > 0 ? 'open' : 'done' },
        `${found.length > 0 ? '○' : '✓'} ${name}${found.length > 0 ? `: ${found.join('; ')}` : ''}`,
      ),
  )
  setText(byId('guide-origin'), new URL('.', location.href).href)
}
