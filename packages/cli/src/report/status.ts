import { type Severity, severities } from '@mnemoscope/kpi'
import type { DashboardData } from '@mnemoscope/recorder'
import { alertsInForce, standing, subject } from './firing.js'
import { span } from './units.js'

/** What `mnemoscope status` says. */
export interface Status {
  /** Level of the worst open alert; alerts of other origin may have other levels, which count as none. */
  readonly level: Severity | undefined
  /** How bad, what, since when, what it is now, how much more there is, and where to read what to do: one line. */
  readonly line: string
}

/** The state of everything in one line. */
export function statusOf(data: DashboardData): Status {
  const inForce = alertsInForce(data)
  const level = severities.findLast((severity) => inForce.some((alert) => alert.level === severity))
  const worst = inForce.find((alert) => alert.level === level)
  if (level === undefined || worst === undefined) return { level: undefined, line: 'ok' }
  const { now, threshold } = standing(worst, data)
  const { runbook_url: runbook } = worst.metadata.annotations
  const others = inForce.length - 1
  const parts = [
    subject(worst, data),
    now === undefined
      ? undefined
      : `now ${now}${threshold === undefined ? '' : ` (${level} at ${threshold})`}`,
    `for ${span(data.timestamp - worst.timestamp)}`,
    others > 0 ? `and ${others} more` : undefined,
    runbook === undefined ? undefined : `what to do: ${runbook}`,
  ]
  // Annotations come from outside, and a line stays a line.
  const line = parts
    .filter((part) => part !== undefined)
    .join(', ')
    .replaceAll(/\s+/g, ' ')
  return { level, line: `${level}: ${line}` }
}
