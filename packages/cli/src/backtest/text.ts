import { modelText } from '@mnemoscope/kpi'
import pc from 'picocolors'
import { utc } from '../report/units.js'
import { printableLine } from '../terminal.js'
import type { AlertDifference } from './compare.js'
import type { Alerted } from './episodes.js'

/** Differences that a person reads; the rest is in `--json`. */
const shownDifferences = 40

const colors = { raised: pc.red, missed: pc.yellow, resolved: pc.green } as const

/** A backtest for people: how many alerts of each KPI and level, then each difference. */
export function backtestText(
  today: readonly Alerted[],
  edited: readonly Alerted[],
  differences: readonly AlertDifference[],
  hours: number,
): string {
  const levels = [...new Set([...today, ...edited].map(({ kpi, severity }) => `${kpi} ${severity}`))]
  const count = (alerts: readonly Alerted[], level: string) =>
    alerts
      .filter(({ kpi, severity }) => `${kpi} ${severity}` === level)
      .reduce((sum, { spans }) => sum + spans.length, 0)
  const counts = levels
    .map((level) => ({ level, before: count(today, level), after: count(edited, level) }))
    .filter(({ before, after }) => before + after > 0)
    .map(
      ({ level, before, after }) =>
        `  ${level.padEnd(36)} ${before} ${pc.dim('→')} ${pc.bold(String(after))}`,
    )
  const lines = differences.slice(0, shownDifferences).map((difference) => `  ${differenceText(difference)}`)
  const more = differences.length - lines.length
  return [
    pc.bold(`Alerts of the last ${hours} h, today's configuration → the edited one`),
    ...(counts.length === 0 ? ['  none with either'] : counts),
    '',
    pc.bold(differences.length === 1 ? '1 difference' : `${differences.length} differences`),
    ...lines,
    ...(more > 0 ? [`  and ${more} more (--json has them)`] : []),
    pc.dim(
      'Alerts of thresholds only: those of trends, targets, missing data and the pipeline are not replayed.',
    ),
    '',
  ].join('\n')
}

function differenceText(difference: AlertDifference): string {
  const { kind, kpi, severity, service, contextSize, from, to, seconds } = difference
  const until = to === undefined ? 'still firing' : `${Math.round(to - from)} s`
  const earlier = seconds === undefined ? '' : `, ${Math.round(seconds)} s earlier`
  return (
    `${utc(from)}  ${colors[kind](kind.padEnd(8))}  ${kpi} ${severity}, ${printableLine(`${modelText(difference)} at ${contextSize} in ${service}`)}: ` +
    `${until}${kind === 'resolved' ? earlier : ''}`
  )
}
