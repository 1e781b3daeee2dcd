import type { Episode } from './episode.js'
import type { Stretch } from './observation.js'

/**
 * An episode and those right before it whose end was none, as Prometheus' samples go on over it without a break; the
 * earliest first. Alertmanager tells of such an end when it has not heard from Prometheus for long, and of a start when
 * it hears again; where samples are read in between, the first episode is open again before there is a second one.
 */
export function ofOneBreach(
  meant: Episode,
  closed: readonly Episode[],
  stretches: readonly Stretch[],
): [Episode, ...Episode[]] {
  const before = closed.findLast((episode) => episode.startsAt < meant.startsAt && !hasNeverBeen(episode))
  if (before === undefined || !isOutlived(before.endsAt as number, stretches)) return [meant]
  return [...ofOneBreach(before, closed, stretches), meant]
}

/** Whether an episode turned out to be a part of the one before it. */
export function hasNeverBeen({ startsAt, endsAt, closedHow }: Episode): boolean {
  return closedHow === 'superseded' && endsAt === startsAt
}

/** Whether it fired both before and at a time, or after it, without a break. */
function isOutlived(end: number, stretches: readonly Stretch[]): boolean {
  return stretches.some(({ first, last }) => first < end && end <= last)
}
