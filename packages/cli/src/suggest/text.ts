import { thresholdSeverities } from '@mnemoscope/kpi'
import pc from 'picocolors'
import { inUnit } from '../report/units.js'
import type { Candidate, Suggestion } from './suggest.js'

/** Suggestions for people. A past shorter than this proves little. */
const shortWeeks = 1

export function suggestText(suggestions: readonly Suggestion[]): string {
  if (suggestions.length === 0) return 'Prometheus holds no values yet: ask again after a day or a week.\n'
  const blocks = suggestions.map(({ kpi, unit, weeks, today, proposed }) => {
    const cell = (candidate: Candidate | undefined) =>
      candidate === undefined
        ? 'none'
        : `${inUnit(candidate.threshold, unit)} (${candidate.alertsPerWeek} a week)`
    const lines = thresholdSeverities.map(
      (severity) =>
        `  ${severity.padEnd(9)} ${cell(today[severity]).padEnd(30)} ${pc.dim('→')} ${pc.bold(cell(proposed[severity]))}`,
    )
    const caution = weeks < shortWeeks ? pc.yellow(` from only ${(weeks * 168).toPrecision(2)} hours`) : ''
    return [`${pc.bold(kpi)}${caution}`, ...lines].join('\n')
  })
  return [
    `${pc.dim('today → proposed, with the alerts a week that each would have cost over all places')}\n`,
    ...blocks,
    '',
    'Try them with `mnemoscope backtest EDITED` before they are in force.',
    '',
  ].join('\n')
}
