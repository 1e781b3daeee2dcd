import type { Episode } from './episode.js'
import { type EpisodeChange, endOf } from './episode-changes.js'
import { isOwnAlert, type Labels } from './fingerprint.js'
import type { AlertRule } from './prometheus-alerts.js'

/** What a Prometheus says that has no firing alert of an open episode. */
export interface SourceView {
  /** Undefined where it never answered: then it may have every alert. */
  readonly externalLabels: Labels | undefined
  /**
   * What it says of the rules with the alert's name; `none` if it has none, `unknown` where it does not answer.
   */
  readonly rule: AlertRule | 'none' | 'unknown'
}

/**
 * Ends an open episode that has no firing alert in any Prometheus that answers; undefined if that proves nothing:
 * - Alertmanager has it firing, so somebody sees what those do not;
 * - a Prometheus that may have it does not answer, its rule fails, or the rule has not been evaluated since the alert was
 *   last seen;
 * - it is of another Prometheus.
 */
export function endUnlessFiring(
  episode: Episode,
  views: readonly SourceView[],
  firesInAlertmanager: boolean,
): EpisodeChange | undefined {
  if (firesInAlertmanager) return undefined
  const own = views.filter(({ externalLabels = {} }) => isOwnAlert(episode.labels, externalLabels))
  if (own.length === 0) return undefined
  const ends = own.map(({ rule }) => quietSince(episode, rule))
  if (ends.includes('unknown')) return undefined
  const times = ends.filter((end) => typeof end === 'number')
  if (times.length > 0) return endOf(episode, Math.max(...times), 'reconciled')
  const { lastFiringAt } = episode
  return lastFiringAt === undefined ? undefined : endOf(episode, lastFiringAt, 'rule_removed')
}

/** The first evaluation of a rule without the alert, as far as one Prometheus knows. */
function quietSince(
  { startsAt, lastFiringAt }: Episode,
  rule: SourceView['rule'],
): number | 'none' | 'unknown' {
  if (rule === 'none' || rule === 'unknown') return rule
  const lastSeenAt = Math.max(startsAt, lastFiringAt ?? 0)
  if (!rule.isHealthy || rule.lastEvaluation < lastSeenAt + rule.interval / 2) return 'unknown'
  return lastFiringAt === undefined ? rule.lastEvaluation : lastSeenAt + rule.interval
}
