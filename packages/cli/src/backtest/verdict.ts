import { modelText, type ThresholdSeverity, thresholdSeverities } from '@mnemoscope/kpi'
import { escapeMarkdown } from '../report/markdown.js'
import { span, utc } from '../report/units.js'
import type { AlertDifference } from './compare.js'
import type { Alerted } from './episodes.js'
import { overlap } from './replay.js'

/** An alert that the edited configuration would have raised later than today's. */
export interface Later extends Omit<Alerted, 'spans'> {
  /** Unix seconds of today's start, and how much later the edited one's is. */
  readonly from: number
  readonly seconds: number
}

/** Whether an edit may go in, for a pull request. */
export interface Verdict {
  readonly isWorse: boolean
  /** Why; empty where nothing gets worse. */
  readonly reasons: readonly string[]
  /** Alerts of error and critical that only today's configuration raises. */
  readonly missed: readonly AlertDifference[]
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
 * get half as many alerts again.
 */
export function verdictOf(
  today: readonly Alerted[],
  edited: readonly Alerted[],
  differences: readonly AlertDifference[],
  hours: number,
): Verdict {
  const isUrgent = ({ severity }: Pick<Alerted, 'severity'>) => urgent.includes(severity)
  const missed = differences.filter((each) => each.kind === 'missed' && isUrgent(each))
  const later = laterThan(today, edited).filter((each) => isUrgent(each) && each.seconds > mostLaterSeconds)
  const aWeek = (alerts: readonly Alerted[]) =>
    (alerts.reduce((sum, { spans }) => sum + spans.length, 0) * 168) / hours
  const alertsAWeek = { today: aWeek(today), edited: aWeek(edited) }
  const isNoisier =
    alertsAWeek.edited > mostTimes * alertsAWeek.today && alertsAWeek.edited - alertsAWeek.today > mostMore
  const reasons = [
    ...(missed.length === 0 ? [] : [`${counted(missed.length, 'urgent alert')} would be missed`]),
    ...(later.length === 0
      ? []
      : [`${counted(later.length, 'urgent alert')} would come more than ${span(mostLaterSeconds)} later`]),
    ...(isNoisier
      ? [`${numberText(alertsAWeek.edited)} alerts a week in place of ${numberText(alertsAWeek.today)}`]
      : []),
  ]
  return { isWorse: reasons.length > 0, reasons, missed, later, alertsAWeek }
}

function laterThan(today: readonly Alerted[], edited: readonly Alerted[]): Later[] {
  return today.flatMap(({ spans, ...place }) => {
    const same = edited.find((other) => placeOf(other) === placeOf({ ...place }))?.spans ?? []
    return spans.flatMap((each) => {
      const first = same.find((other) => overlap(each, other))
      return first === undefined ? [] : [{ ...place, from: each.from, seconds: first.from - each.from }]
    })
  })
}

function placeOf({ kpi, severity, service, model, contextSize, operation }: Omit<Alerted, 'spans'>): string {
  return JSON.stringify([kpi, severity, service, model, contextSize, operation])
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
  const { isWorse, reasons, missed, later, alertsAWeek } = verdict
  const levels = thresholdSeverities.toReversed().flatMap((severity) => {
    const count = (alerts: readonly Alerted[]) =>
      alerts.filter((each) => each.severity === severity).reduce((sum, { spans }) => sum + spans.length, 0)
    const [before, after] = [count(today), count(edited)]
    return before + after === 0 ? [] : [`| ${severity} | ${before} | ${after} |`]
  })
  const lines = [
    ...missed.map((each) => `- missed: ${describe(each)}`),
    ...later.map((each) => `- ${span(each.seconds)} later: ${describe(each)}`),
  ]
  return [
    `## Alerts of the last ${hours} h with this configuration`,
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

function describe({
  kpi,
  severity,
  from,
  ...place
}: Omit<Alerted, 'spans'> & { readonly from: number }): string {
  const where = `${modelText(place)} at ${place.contextSize} in ${place.service}`
  return `${severity} of ${escapeMarkdown(kpi)}, ${escapeMarkdown(where)}, ${utc(from)}`
}

function numberText(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 1 })
}

function counted(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`
}
