import { modelText, type ThresholdSeverity, thresholdSeverities } from '@mnemoscope/kpi'
import { codeMarkdown } from '../report/markdown.js'
import { span, utc } from '../report/units.js'
import type { Alerted } from './episodes.js'
import { overlap } from './replay.js'

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
  /** False where nothing was replayed: there is no history to judge by. */
  readonly isKnown: boolean
  readonly isWorse: boolean
  /** Why; empty where nothing gets worse. */
  readonly reasons: readonly string[]
  /** Urgent alerts in whose time the edited configuration raises none of the same or a worse level. */
  readonly missed: readonly Missed[]
  readonly later: readonly Later[]
  readonly alertsAWeek: { readonly today: number; readonly edited: number }
}

/** Levels whose alerts get somebody up. */
const urgent: readonly ThresholdSeverity[] = ['error', 'critical']
/** An urgent alert may be this much later. */
const mostLaterSeconds = 300
/** There may be so many times as many alerts, and so many more a week. */
const mostTimes = 1.5
const mostMore = 3

/**
 * What an edit does to the alerts of the past. It is worse if an urgent alert would be missed or five minutes later, or if people
 * get half as many alerts again. An alert of a worse level, raised in its place, is as good.
 */
export function verdictOf(today: readonly Alerted[], edited: readonly Alerted[], hours: number): Verdict {
  const starts = today
    .filter(({ severity }) => urgent.includes(severity))
    .flatMap((each) => startsOf(each, edited))
  const missed = starts.flatMap(({ seconds, ...each }) => (seconds === undefined ? [each] : []))
  const later = starts.filter(
    (each): each is Later => each.seconds !== undefined && each.seconds > mostLaterSeconds,
  )
  const [before, after] = [alertCount(today), alertCount(edited)]
  const aWeek = (alerts: number) => (alerts * 168) / hours
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
  const isKnown = today.length + edited.length > 0
  return { isKnown, isWorse: reasons.length > 0, reasons, missed, later, alertsAWeek }
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

/** The verdict as a comment on a pull request, in Markdown. */
export function verdictMarkdown(
  verdict: Verdict,
  today: readonly Alerted[],
  edited: readonly Alerted[],
  hours: number,
): string {
  const { isKnown, isWorse, reasons, missed, later, alertsAWeek } = verdict
  const heading = `## Alerts of the last ${hours} h with this configuration`
  if (!isKnown)
    return `${heading}\n\n**Not known: Prometheus holds nothing of this time that a threshold would be compared with.**\n`
  const levels = thresholdSeverities.toReversed().flatMap((severity) => {
    const count = (alerts: readonly Alerted[]) =>
      alertCount(alerts.filter((each) => each.severity === severity))
    const [before, after] = [count(today), count(edited)]
    return before + after === 0 ? [] : [`| ${severity} | ${before} | ${after} |`]
  })
  const lines = [
    ...missed.map((each) => `- missed: ${describe(each)}`),
    ...later.map((each) => `- ${span(each.seconds)} later: ${describe(each)}`),
  ]
  return [
    heading,
    '',
    `**${isWorse ? `Worse: ${reasons.join('; ')}.` : 'Nothing urgent is missed or late, and there are not many more alerts.'}**`,
    '',
    ...(levels.length === 0
      ? ['No alert with either configuration.']
      : ['| level | today | edited |', '|---|---:|---:|', ...levels]),
    '',
    `${numberText(alertsAWeek.today)} alerts a week today, ${numberText(alertsAWeek.edited)} with the edit.`,
    ...(lines.length === 0 ? [] : ['', ...lines.slice(0, mostLines)]),
    ...(lines.length > mostLines ? [`- and ${lines.length - mostLines} more`] : []),
    '',
    'Alerts of thresholds only: those of trends, targets, missing data and the pipeline are not replayed.',
    '',
  ].join('\n')
}

function describe({ kpi, severity, from, ...place }: Missed): string {
  const where = `${modelText(place)} at ${place.contextSize} in ${place.service}`
  return `${severity} of ${codeMarkdown(kpi)}, ${codeMarkdown(where)}, ${utc(from)}`
}

function numberText(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 1 })
}

function counted(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`
}
