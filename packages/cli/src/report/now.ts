import {
  alertScale,
  isBreach,
  modelText,
  type PrecedingChange,
  type ReportCell,
  type ReportSection,
  type ReportTone,
  type Severity,
  severities,
} from '@mnemoscope/kpi'
import type { AnswerOf, CurrentSnapshot, DashboardData } from '@mnemoscope/recorder'
import { changeInWords } from '@mnemoscope/recorder/shown'
import { printableLine } from '../terminal.js'
import type { Report } from './report.js'
import { inUnit, type Scales, span, utc, utcOf } from './units.js'

type Episode = DashboardData['open_alerts'][number]

const levels = ['info', 'warning', 'error', 'critical']

/** The firing alerts of the worst level of each KPI and place: the worst first, then the oldest. */
export function worstAlerts({ open_alerts: open }: Pick<DashboardData, 'open_alerts'>): Episode[] {
  return open
    .filter(({ is_worst }) => is_worst)
    .toSorted(
      (a, b) => levels.indexOf(b.level ?? '') - levels.indexOf(a.level ?? '') || a.timestamp - b.timestamp,
    )
}

/** What an alert is about, in few words: a KPI at a threshold, or the alert's own message. */
export function subject(
  { kind, metric_type, model, operation, service, message, context_size: size }: Episode,
  { kpis, current }: DashboardData,
): string {
  const kpi = kpis.find(({ id }) => id === metric_type)
  if (kind !== 'threshold' || kpi === undefined || model === null) return message
  const services = new Set(current.map((snapshot) => snapshot.service))
  const where = services.size > 1 ? ` in ${service}` : ''
  return `${kpi.title} of ${modelText({ model, operation: operation ?? '' })}${where}, context ${size}`
}

/** The newest value that an alert was judged by, its age, and the threshold. Unknown parts are undefined. */
function currentValue(
  { kind, metric_type, newest_value: newest, newest_at: at, threshold }: Episode,
  { kpis, timestamp }: Pick<DashboardData, 'kpis' | 'timestamp'>,
  scales: Scales = new Map(),
): { readonly now?: string; readonly threshold?: string } {
  const scale = alertScale(
    kind,
    kpis.find(({ id }) => id === metric_type),
  )
  if (scale === undefined) return {}
  const sign = scale.direction === 'higher_is_better' ? '≤' : '≥'
  // The factor of a burn is no value of its KPI.
  const shared = kind === 'burn' || metric_type === null ? undefined : scales.get(metric_type)
  const age = at === null ? 0 : timestamp - at
  const value = (of: number) => inUnit(of, scale.unit, shared, threshold === null ? [] : [threshold])
  // An alert goes on until it is certainly over.
  const isBack = newest !== null && threshold !== null && !isBreach(scale.direction, newest, threshold)
  const said = [isBack ? ', recovering' : '', age < oldSeconds ? '' : `, ${span(age)} ago`].join('')
  return {
    ...(newest === null ? {} : { now: `${value(newest)}${said}` }),
    ...(threshold === null ? {} : { threshold: `${sign} ${inUnit(threshold, scale.unit, shared)}` }),
  }
}

/** A value at least this old is shown with its age: every evaluation has given a newer one, unless something is down. */
const oldSeconds = 300

/**
 * A table of what fires: how bad, for how long, what it is now, what people changed last before it, and where to go;
 * empty if nothing fires.
 */
export function firingRows(data: DashboardData, scales?: Scales): ReportCell[][] {
  const rows = worstAlerts(data).map((alert): ReportCell[] => {
    const { now = '', threshold = '' } = currentValue(alert, data, scales)
    const { annotations } = alert.metadata
    return [
      { text: (alert.level ?? 'unknown').toUpperCase(), tone: toneOfLevel(alert.level) },
      { text: utcOf(alert.timestamp, data.timestamp) },
      { text: span(data.timestamp - alert.timestamp) },
      // Only an alert of a KPI has a value; it may have none yet.
      { text: now || (threshold === '' ? '' : 'unknown'), tone: toneOfLevel(alert.level) },
      { text: threshold },
      { text: subject(alert, data) },
      { text: lastChange(alert.timestamp, alert.preceded_by) },
      { text: acknowledgedText(alert, data.timestamp) },
      link('runbook', annotations.runbook_url),
      link('dashboard', annotations.dashboard_url),
    ]
  })
  if (rows.length === 0) return []
  const head = [
    'level',
    'since',
    'for',
    'now',
    'threshold',
    'what',
    'last change before',
    'acknowledged',
    'runbook',
    'dashboard',
  ]
  return [head.map((text) => ({ text })), ...rows]
}

/** The tone of a level. */
export function toneOfLevel(level: string | null): ReportTone | undefined {
  if (level === 'warning') return 'warning'
  return level === 'error' || level === 'critical' ? 'bad' : undefined
}

function lastChange(began: number, change: PrecedingChange | null): string {
  if (change === null) return 'no deployment or change of the configuration'
  return `${span(began - change.at)} before: ${changeInWords(change)}`
}

/** Who knows of an alert; empty if it is not acknowledged. */
function acknowledgedText({ acknowledgement: last }: Episode, now: number): string {
  return last === null
    ? ''
    : `by ${last.by} ${span(now - last.at)} ago${last.comment === null ? '' : `: ${last.comment}`}`
}

/** Annotations come from outside, so only HTTP addresses become links. */
function link(text: string, url: string | undefined): ReportCell {
  return url !== undefined && /^https?:\/\//.test(url) ? { text, href: url } : { text: '' }
}

/** What `mnemoscope status` prints. */
export interface Status {
  /**
   * Level of the worst open alert. Without one: `ok` if current values show that all is well, else `unknown`. Alerts of
   * other origin can have other levels; those do not count.
   */
  readonly status: Severity | 'ok' | 'unknown'
  /** One line: level, subject, value now, duration, who has acknowledged it, number of other alerts, the runbook, and notices. */
  readonly line: string
}

/**
 * The state of everything in one line.
 * @param url of the recorder, for the reason if there is no data
 * @param notices sentences about the services that follow in the same line
 * @param incidents those that are not over
 */
export function statusOf(
  data: DashboardData,
  url: string,
  notices: readonly string[] = [],
  incidents: readonly Pick<Incident, 'id'>[] = [],
): Status {
  const { status, line } = alertStatusOf(data, url, incidents)
  const noted = notices.map((notice) => printableLine(` Note: ${notice}`)).join('')
  return { status, line: noted === '' ? line : `${line}.${noted}` }
}

/** The notice of an edit that is not applied. The person who edited the file believes that it is. */
export function unappliedText({
  message,
  next,
}: {
  readonly message: string
  readonly next: string
}): string {
  const why = message.replaceAll(/\s*\n\s*/g, '; ')
  return `The edited configuration is not applied: ${why}${/[.?]$/.test(why) ? '' : '.'} ${next}`
}

type Incident = AnswerOf<'GET /api/incidents'>['incidents'][number]

/** Which incidents to look at, by their ids; undefined for none. */
function incidentsText(incidents: readonly Pick<Incident, 'id'>[]): string | undefined {
  if (incidents.length === 0) return undefined
  const ids = incidents.slice(0, 3).map(({ id }) => String(id))
  const more = incidents.length - ids.length
  return `${incidents.length === 1 ? 'incident' : 'incidents'} ${ids.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

function alertStatusOf(data: DashboardData, url: string, incidents: readonly Pick<Incident, 'id'>[]): Status {
  const firing = worstAlerts(data)
  const level = severities.findLast((severity) => firing.some((alert) => alert.level === severity))
  const worst = firing.find((alert) => alert.level === level)
  const unknownReason = whyUnknown(data)
  if (level === undefined || worst === undefined) {
    if (unknownReason === undefined) return { status: 'ok', line: 'ok' }
    return { status: 'unknown', line: `unknown: ${unknownReason}, see ${url}/readyz` }
  }
  const { now, threshold } = currentValue(worst, data)
  const { runbook_url: runbook } = worst.metadata.annotations
  const others = firing.length - 1
  const parts = [
    subject(worst, data),
    now === undefined
      ? undefined
      : `now ${now}${threshold === undefined ? '' : ` (${level} at ${threshold})`}`,
    `for ${span(data.timestamp - worst.timestamp)}`,
    worst.acknowledgement === null ? undefined : `acknowledged ${acknowledgedText(worst, data.timestamp)}`,
    others > 0 ? `and ${others} more` : undefined,
    incidentsText(incidents),
    unknownReason,
    runbook === undefined ? undefined : `what to do: ${runbook}`,
  ]
  const line = printableLine(parts.filter((part) => part !== undefined).join(', '))
  return { status: level, line: `${level}: ${line}` }
}

/** Why nothing is known; undefined if there are current values. */
function whyUnknown({ no_data: noData, timestamp }: DashboardData): string | undefined {
  if (noData === null) return undefined
  if (noData.reason === 'nothing_yet') return 'no data yet'
  if (noData.reason === 'no_value') return 'too few measurements to judge any KPI'
  return noData.since === null ? 'no data' : `no data since ${utcOf(noData.since, timestamp)}`
}

/**
 * What `mnemoscope top` shows: every model and operation in the newest snapshot, the worst first, and the alerts that fire.
 * @param before what came before these alerts
 */
export function topOf(
  data: DashboardData,
  before: readonly ReportSection[] = [],
): Pick<Report, 'heading' | 'sections'> {
  const { timestamp, current, kpis } = data
  const rows = current.toSorted((a, b) => worstLevel(b) - worstLevel(a) || (a.model < b.model ? -1 : 1))
  const head = ['service', 'model', 'operation', 'context', ...kpis.map(valueName)]
  const body = rows.map((snapshot) => [
    { text: snapshot.service },
    { text: snapshot.model },
    { text: snapshot.operation },
    { text: snapshot.context_size },
    ...kpis.map(({ id, unit }): ReportCell => {
      const { value = null, severity = null, last_operation: last = null } = snapshot.kpis[id] ?? {}
      const age = value === null || last === null ? 0 : timestamp - last
      const old = age < oldSeconds ? '' : `, ${span(age)} old`
      return { text: `${inUnit(value, unit)}${old}`, tone: toneOfLevel(severity) }
    }),
  ])
  const firing = firingRows(data)
  return {
    heading: utc(timestamp),
    sections: [
      {
        title: 'NOW',
        rows: body.length === 0 ? [] : [head.map((text) => ({ text })), ...body],
        note: { text: body.length === 0 ? 'No snapshot yet.' : nowNote },
      },
      {
        title: 'FIRING',
        rows: firing,
        note: firing.length === 0 ? { text: 'Nothing.', tone: 'good' } : undefined,
      },
      ...before,
    ],
  }
}

/** A KPI's value in a head: `latency (p95)`. */
function valueName({ title, value_of: of }: DashboardData['kpis'][number]): string {
  return `${title.toLowerCase()} (${of})`
}

const nowNote =
  'Of the newest snapshot: the values by which KPIs are judged. A value of old operations stands, with the age of the newest one.'

const badLevels = ['warning', 'error', 'critical']

function worstLevel({ kpis }: CurrentSnapshot): number {
  return Math.max(-1, ...Object.values(kpis).map(({ severity }) => badLevels.indexOf(severity ?? '')))
}
