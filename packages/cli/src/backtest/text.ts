import { modelText } from '@mnemoscope/kpi'
import pc from 'picocolors'
import { utc } from '../report/units.js'
import { printableLine } from '../terminal.js'
import type { AlertDifference } from './compare.js'
import type { Alerted } from './episodes.js'
import type { Reproduction } from './fired.js'

/** Differences that a person reads; the rest is in `--json`. */
const shownDifferences = 40

const colors = { raised: pc.red, missed: pc.yellow, resolved: pc.green } as const

interface Backtest {
  readonly today: readonly Alerted[]
  readonly edited: readonly Alerted[]
  readonly differences: readonly AlertDifference[]
  readonly reproduced: Reproduction
  readonly hours: number
}

/** A backtest for people: how many alerts of each KPI and level, then each difference. */
export function backtestText({ today, edited, differences, reproduced, hours }: Backtest): string {
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
    ...reproductionLines(reproduced),
    '',
  ].join('\n')
}

/** How well the replay of today's configuration agrees with the alerts that really fired. */
function reproductionLines({ fired, found, alike, differences }: Reproduction): string[] {
  const head = pc.bold("Today's configuration against what fired")
  if (alike === null) return [head, '  nothing fired, and nothing would have']
  const share = `${(100 * alike).toFixed(1)} % of the time in which either fires`
  const shown = differences.slice(0, shownMisses)
  const more = differences.length - shown.length
  return [
    head,
    `  ${found} of ${fired} alerts are in the replay too; alike in ${share}`,
    ...shown.map((each) => `  ${differenceText(each, missWords)}`),
    ...(more > 0 ? [`  and ${more} more (--json has them)`] : []),
    ...(differences.length > 0 ? [pc.dim(missReasons)] : []),
  ]
}

/** Misses that a person reads. */
const shownMisses = 10
const missWords = { raised: 'replay only', missed: 'fired only', resolved: 'ends sooner' } as const
const missReasons =
  'They differ where the configuration was another then, where rules were not evaluated, and by an evaluation or two.'

function differenceText(
  difference: AlertDifference,
  words: Readonly<Record<AlertDifference['kind'], string>> = kindWords,
): string {
  const { kind, kpi, severity, service, contextSize, from, to, seconds } = difference
  const until = to === undefined ? 'still firing' : `${Math.round(to - from)} s`
  const earlier = seconds === undefined ? '' : `, ${Math.round(seconds)} s earlier`
  return (
    `${utc(from)}  ${colors[kind](words[kind].padEnd(wordLength(words)))}  ${kpi} ${severity}, ${printableLine(`${modelText(difference)} at ${contextSize} in ${service}`)}: ` +
    `${until}${kind === 'resolved' ? earlier : ''}`
  )
}

const kindWords = { raised: 'raised', missed: 'missed', resolved: 'resolved' } as const

function wordLength(words: Readonly<Record<string, string>>): number {
  return Math.max(...Object.values(words).map(({ length }) => length))
}
