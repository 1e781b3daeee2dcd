import { modelText, thresholdSeverities } from '@mnemoscope/kpi'
import pc from 'picocolors'
import { inUnit, span, utc } from '../report/units.js'
import { printableLine } from '../terminal.js'
import type { Outcome } from './incidents.js'
import type { Candidate, Suggestion, TooShort } from './suggest.js'

/** Past alerts of a KPI that a person reads; the rest is in `--json`. */
const shownOutcomes = 5

/**
 * Suggestions for people.
 * @param isAlone no recorder answered, so nothing is known of past alerts
 */
export function suggestText(advice: readonly (Suggestion | TooShort)[], isAlone: boolean): string {
  if (advice.length === 0) return 'Prometheus holds no values yet: ask again after a day or a week.\n'
  const suggestions = advice.filter((each) => 'proposed' in each)
  const short = advice.filter((each) => 'seconds' in each)
  const intro = 'today → proposed, with the alerts a week that each would have cost over all places'
  const blocks = [
    ...(suggestions.length === 0 ? [] : [pc.dim(intro), ...suggestions.map(suggestionText)]),
    ...(short.length === 0 ? [] : [shortText(short)]),
    ...(isAlone
      ? [
          pc.yellow(
            'The recorder does not answer, so incidents count as usual and past alerts are not compared. Name it with --url.',
          ),
        ]
      : []),
    ...(suggestions.length === 0
      ? []
      : ['Try them with `npx mnemoscope backtest EDITED` before you use them.']),
  ]
  return `${blocks.join('\n\n')}\n`
}

function shortText(short: readonly TooShort[]): string {
  const lines = short.map(({ kpi, seconds }) => `  ${kpi.padEnd(24)} ${span(seconds)} of values`)
  const needed = span(Math.max(...short.map(({ leastSeconds }) => leastSeconds)))
  return [
    pc.bold(`No proposal: it takes at least ${needed} of values outside of known incidents.`),
    ...lines,
  ].join('\n')
}

function suggestionText({ kpi, unit, weeks, today, proposed, past }: Suggestion): string {
  const cell = (candidate: Candidate | undefined) =>
    candidate === undefined
      ? 'none'
      : `${inUnit(candidate.threshold, unit)} (${candidate.alertsPerWeek} a week)`
  const lines = thresholdSeverities.map(
    (severity) =>
      `  ${severity.padEnd(9)} ${cell(today[severity]).padEnd(30)} ${pc.dim('→')} ${pc.bold(cell(proposed[severity]))}`,
  )
  const caution = weeks < 1 ? pc.yellow(` from only ${span(weeks * 604_800)}`) : ''
  const more = past.length - shownOutcomes
  return [
    `${pc.bold(kpi)}${caution}`,
    ...lines,
    ...past.slice(0, shownOutcomes).map(outcomeText),
    ...(more > 0 ? [`  and ${more} past alerts more (--json has them)`] : []),
  ].join('\n')
}

function outcomeText({ at, severity, place, outcome, laterBySeconds = 0 }: Outcome): string {
  const where = printableLine(`${modelText(place)} at ${place.contextSize} in ${place.service}`)
  const words = {
    silent: pc.yellow('would not have fired'),
    unproposed: 'has no proposal at its level',
    fires:
      laterBySeconds === 0
        ? 'would have fired at the same time'
        : `would have fired ${span(Math.abs(laterBySeconds))} ${laterBySeconds < 0 ? 'earlier' : 'later'}`,
  }
  return `  ${utc(at)}  ${severity}, ${where}: ${words[outcome]}`
}
