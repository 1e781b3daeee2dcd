import { type Severity, severities } from '@mnemoscope/kpi'
import type { DashboardData } from '@mnemoscope/recorder'
import { printableLine } from '../terminal.js'
import { standing, subject, worstAlerts } from './firing.js'
import { span, utcOf } from './units.js'

/** What `mnemoscope status` says. */
export interface Status {
  /**
   * Level of the worst open alert, `ok` where none is open and values tell that all is well, `unknown` where none is
   * open and nobody knows; alerts of other origin may have other levels, which count as none.
   */
  readonly status: Severity | 'ok' | 'unknown'
  /** How bad, what, since when, what it is now, how much more there is, and where to read what to do: one line. */
  readonly line: string
}

/** Exit code for each status, each of its own, so that a script can tell them apart; a command that fails says 4 too. */
export const statusExitCodes = { ok: 0, info: 0, warning: 1, error: 2, critical: 3, unknown: 4 } as const

/**
 * The state of everything in one line.
 * @param url of the recorder, which says why it knows nothing
 */
export function statusOf(data: DashboardData, url: string): Status {
  const firing = worstAlerts(data)
  const level = severities.findLast((severity) => firing.some((alert) => alert.level === severity))
  const worst = firing.find((alert) => alert.level === level)
  const blind = blindness(data)
  if (level === undefined || worst === undefined) {
    if (blind === undefined) return { status: 'ok', line: 'ok' }
    return { status: 'unknown', line: `unknown: ${blind}, see ${url}/readyz` }
  }
  const { now, threshold } = standing(worst, data)
  const { runbook_url: runbook } = worst.metadata.annotations
  const others = firing.length - 1
  const parts = [
    subject(worst, data),
    now === undefined
      ? undefined
      : `now ${now}${threshold === undefined ? '' : ` (${level} at ${threshold})`}`,
    `for ${span(data.timestamp - worst.timestamp)}`,
    others > 0 ? `and ${others} more` : undefined,
    blind,
    runbook === undefined ? undefined : `what to do: ${runbook}`,
  ]
  const line = printableLine(parts.filter((part) => part !== undefined).join(', '))
  return { status: level, line: `${level}: ${line}` }
}

/** Since when nothing is known; undefined where values tell how things are. */
function blindness({ no_data: noData, timestamp }: DashboardData): string | undefined {
  if (noData === null) return undefined
  if (noData.reason === 'nothing_yet') return 'no data yet'
  if (noData.reason === 'no_value') return 'too little was measured to judge any KPI'
  return noData.since === null ? 'no data' : `no data since ${utcOf(noData.since, timestamp)}`
}
