import type { Episode } from './episode.js'
import { isOwnAlert } from './fingerprint.js'
import { endOf, type Step } from './history.js'
import type { AlertRule } from './prometheus-alerts.js'

/**
 * The end of an open episode that Prometheus has no firing alert for; undefined where that proves nothing: the alert
 * is of another Prometheus, its rule fails, or the rule has not been evaluated since the alert was last heard of.
 * @param rule what Prometheus says of the rules with the alert's name; undefined where it has none
 */
export function endOfMissing(
  episode: Episode,
  rule: AlertRule | undefined,
  externalLabels: Readonly<Record<string, string>>,
): Step | undefined {
  if (!isOwnAlert(episode.labels, externalLabels)) return undefined
  const { lastFiringAt, startsAt } = episode
  if (rule === undefined) {
    return lastFiringAt === undefined ? undefined : endOf(episode, lastFiringAt, 'rule_removed')
  }
  const newestSign = Math.max(startsAt, lastFiringAt ?? 0)
  if (!rule.isHealthy || rule.lastEvaluation < newestSign + rule.interval / 2) return undefined
  const endsAt = lastFiringAt === undefined ? rule.lastEvaluation : newestSign + rule.interval
  return endOf(episode, endsAt, 'reconciled')
}
