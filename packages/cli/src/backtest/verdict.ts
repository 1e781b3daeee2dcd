import { modelText, type ThresholdSeverity, thresholdSeverities } from '@mnemoscope/kpi'
import { codeMarkdown } from '../report/markdown.js'
import { span, utc } from '../report/units.js'
import { printableLine } from '../terminal.js'
import { type AlertedIncident, compareIncidents, type Incidents } from './caught.js'
import type { Alerted } from './episodes.js'
import type { Reproduction } from './fired.js'
import { overlap } from './replay.js'
import type { Replayed } from './run.js'

/** An alert of today's configuration that the edited one would not have raised, by Unix seconds of its start. */
export interface Missed extends Omit<Alerted, 'spans'> {
  readonly from: number
}

/** One that the edited configuration would have raised so much later. */
export interface Later extends Missed {
  readonly seconds: number
}

/** Whether an edit may go in, for a pull request. */
export interface Verdict {
  readonly isWorse: boolean
  /** Why it is worse; empty where nothing gets worse. */
  readonly reasons: readonly string[]
  /** Why the past does not say; empty where it does. What is worse in a part of the past is worse, whatever the rest was. */
  readonly unknown: readonly string[]
  /** Urgent alerts in whose time the edited configuration raises none of the same or a worse level. */
  readonly missed: readonly Missed[]
  readonly later: readonly Later[]
  readonly incidents: Incidents
  readonly alertsAWeek: { readonly today: number; readonly edited: number }
}

/** Levels whose alerts get somebody up. */
const urgent: readonly ThresholdSeverity[] = ['error', 'critical']
/** An urgent alert may be this much later. */
const mostLaterSeconds = 300
/** There may be so many times as many alerts, and so many more a week. */
const mostTimes = 1.5
const mostMore = 3
/** The history covers at least so much of the time that was asked for. */
const leastCovered = 0.5

/**
 * What an edit does to the alerts of the past. It is worse if an urgent alert would be missed or five minutes later, or if people
 * get half as many alerts again. An alert of a worse level, raised in its place, is as good. It is not known if the history
 * covers less than half of the time, or if a KPI has another name, which has no history.
 */
export function verdictOf(replayed: Replayed): Verdict {
  const { edited, hours, coveredHours, gone, unseen } = replayed
  // Under another name it is the same KPI: it is not missed.
  const isRenamed = gone.length > 0 && unseen.length > 0
  const today = isRenamed ? replayed.today.filter(({ kpi }) => !gone.includes(kpi)) : replayed.today
  const starts = today
    .filter(({ severity }) => urgent.includes(severity))
    .flatMap((each) => startsOf(each, edited))
  const missed = starts.flatMap(({ seconds, ...each }) => (seconds === undefined ? [each] : []))
  const later = starts.filter(
    (each): each is Later => each.seconds !== undefined && each.seconds > mostLaterSeconds,
  )
  const [before, after] = [alertCount(today), alertCount(edited)]
  const aWeek = (alerts: number) => (coveredHours === 0 ? 0 : (alerts * 168) / coveredHours)
  const alertsAWeek = { today: aWeek(before), edited: aWeek(after) }
  // Of a short time, one alert more would be many in a week.
  const more = Math.min(after - before, alertsAWeek.edited - alertsAWeek.today)
  const isNoisier = after > mostTimes * before && more > mostMore
  const reasons = [
    ...(missed.length === 0 ? [] : [`${counted(missed.length, 'urgent alert')} would be missed`]),
    ...(later.length === 0
      ? []
      : [`${counted(later.length, 'urgent alert')} would come more than ${span(mostLaterSeconds)} later`]),
    ...(isNoisier
      ? [`${numberText(alertsAWeek.edited)} alerts a week in place of ${numberText(alertsAWeek.today)}`]
      : []),
  ]
  const unknown = [
    ...(coveredHours === 0
      ? ['Prometheus holds nothing of this time that a threshold would be compared with']
      : coveredHours < leastCovered * hours
        ? [`Prometheus holds ${numberText(coveredHours)} h of these ${numberText(hours)} h, less than half`]
        : []),
    ...(isRenamed
      ? [`${names(gone)} is gone and ${names(unseen)} has no history: under another name, a KPI has no past`]
      : []),
  ]
  const incidents = compareIncidents(today, edited)
  return { isWorse: reasons.length > 0, reasons, unknown, missed, later, incidents, alertsAWeek }
}

/** For a pull request: 0 no worse, 1 worse, 2 not known. */
export function exitCodeOf({ isWorse, unknown }: Pick<Verdict, 'isWorse' | 'unknown'>): 0 | 1 | 2 {
  if (isWorse) return 1
  return unknown.length > 0 ? 2 : 0
}

/** When the alerts of a place and level begin, and how much later the edited configuration's do; undefined where none does. */
function startsOf(
  { spans, ...place }: Alerted,
  edited: readonly Alerted[],
): (Missed & { seconds?: number })[] {
  const level = thresholdSeverities.indexOf(place.severity)
  const inPlace = edited
    .filter(
      (other) => placeOf(other) === placeOf(place) && thresholdSeverities.indexOf(other.severity) >= level,
    )
    .flatMap((other) => other.spans)
  return spans.map((each) => {
    const starts = inPlace.filter((other) => overlap(each, other)).map(({ from }) => from)
    return {
      ...place,
      from: each.from,
      ...(starts.length === 0 ? {} : { seconds: Math.min(...starts) - each.from }),
    }
  })
}

function alertCount(alerts: readonly Alerted[]): number {
  return alerts.reduce((sum, { spans }) => sum + spans.length, 0)
}

function placeOf({
  kpi,
  service,
  model,
  contextSize,
  operation,
}: Omit<Alerted, 'spans' | 'severity'>): string {
  return JSON.stringify([kpi, service, model, contextSize, operation])
}

/** More lines are not read in a pull request. */
const mostLines = 20

/** The verdict in a sentence, with the first urgent alerts that get worse. */
export function verdictText({ reasons, unknown, missed, later }: Verdict): string {
  const lines = [
    ...missed.map((each) => `missed: ${describe(each, printableLine)}`),
    ...later.map((each) => `${span(each.seconds)} later: ${describe(each, printableLine)}`),
  ].slice(0, 3)
  const sentences = [
    ...(reasons.length === 0 ? [] : [`Worse: ${reasons.join('; ')}`]),
    ...(unknown.length === 0 ? [] : [`Not known: ${unknown.join('; ')}`]),
    ...lines,
  ]
  return sentences.length === 0 ? acceptable : `${sentences.join('. ')}.`
}

const acceptable = 'Nothing urgent is missed or late, and there are not many more alerts.'

/** The verdict as a comment on a pull request, in Markdown. */
export function verdictMarkdown(
  verdict: Verdict,
  { today, edited, hours, coveredHours }: Replayed,
  { fired, found }: Pick<Reproduction, 'fired' | 'found'>,
): string {
  const { isWorse, reasons, unknown, missed, later, incidents } = verdict
  const heading = `## Alerts of the last ${numberText(hours)} h with this configuration`
  const said = isWorse
    ? `Worse: ${reasons.join('; ')}.`
    : unknown.length > 0
      ? `Not known: ${unknown.join('; ')}.`
      : acceptable
  if (coveredHours === 0) return `${heading}\n\n**${said}**\n`
  const lines = [
    ...missed.map((each) => `- missed: ${describe(each)}`),
    ...later.map((each) => `- ${span(each.seconds)} later: ${describe(each)}`),
  ]
  return [
    heading,
    '',
    `**${said}**`,
    ...(isWorse && unknown.length > 0 ? ['', `Not known: ${unknown.join('; ')}.`] : []),
    '',
    '### Cost',
    '',
    ...costTable(today, edited, coveredHours),
    '',
    '### Incidents',
    '',
    ...incidentLines(incidents),
    ...(lines.length === 0 ? [] : ['', '### Urgent alerts', '', ...lines.slice(0, mostLines)]),
    ...(lines.length > mostLines ? [`- and ${lines.length - mostLines} more`] : []),
    '',
    ...(fired === 0
      ? []
      : [`The replay of today's configuration has ${found} of the ${fired} alerts that really fired.`]),
    'Alerts of thresholds only: those of trends, targets, missing data and the pipeline are not replayed.',
    '',
  ].join('\n')
}

/** How many alerts each level costs, in all and in a week. */
function costTable(today: readonly Alerted[], edited: readonly Alerted[], coveredHours: number): string[] {
  const row = (name: string, isOf: (alert: Alerted) => boolean) => {
    const [before, after] = [today, edited].map((alerts) => alertCount(alerts.filter(isOf))) as [
      number,
      number,
    ]
    const aWeek = (alerts: number) => numberText((alerts * 168) / coveredHours)
    return before + after === 0
      ? []
      : [`| ${name} | ${before} | ${after} | ${aWeek(before)} | ${aWeek(after)} |`]
  }
  const levels = thresholdSeverities
    .toReversed()
    .flatMap((severity) => row(severity, (alert) => alert.severity === severity))
  if (levels.length === 0) return ['No alert with either configuration.']
  return [
    '| level | today | edited | a week today | a week edited |',
    '|---|---:|---:|---:|---:|',
    ...levels,
    ...row('all', () => true),
  ]
}

/** What becomes of the incidents, and those that come at another time. */
function incidentLines({ today, added }: Incidents): string[] {
  const missed = today.filter(({ laterBy }) => laterBy === undefined)
  const [later, earlier] = [
    today.filter(({ laterBy = 0 }) => laterBy > 0),
    today.filter(({ laterBy = 0 }) => laterBy < 0),
  ]
  const line = (what: string, { kpi, service, span: { from } }: AlertedIncident) =>
    `- ${what}: ${codeMarkdown(kpi)} of ${codeMarkdown(service)}, ${utc(from)}`
  const lines = [
    ...missed.map((each) => line('missed', each)),
    ...later.map((each) => line(`${span(each.laterBy ?? 0)} later`, each)),
    ...earlier.map((each) => line(`${span(-(each.laterBy ?? 0))} earlier`, each)),
  ]
  return [
    `${counted(today.length, 'incident')} today: ${missed.length} missed, ${later.length} caught later, ${earlier.length} ` +
      `caught earlier with the edit. ${added.length} more with the edit alone. One is all alerts of a service and KPI ` +
      'whose times overlap.',
    ...(lines.length === 0 ? [] : ['', ...lines.slice(0, mostLines)]),
    ...(lines.length > mostLines ? [`- and ${lines.length - mostLines} more`] : []),
  ]
}

function describe({ kpi, severity, from, ...place }: Missed, shown = codeMarkdown): string {
  const where = `${modelText(place)} at ${place.contextSize} in ${place.service}`
  return `${severity} of ${shown(kpi)}, ${shown(where)}, ${utc(from)}`
}

function numberText(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 1 })
}

function counted(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`
}

function names(kpis: readonly string[]): string {
  return kpis.map(codeMarkdown).join(', ')
}
