import type { Episode } from './episode.js'
import type { Observation } from './observation.js'

/**
 * An episode and those right before it whose end was none, as Prometheus' samples go on over it without a break; the
 * earliest first. Alertmanager tells of such an end when it has not heard from Prometheus for long, and of a start when
 * it hears again; where samples are read in between, the first episode is open again before there is a second one.
 */
export function ofOneBreach(
  meant: Episode | undefined,
  closed: readonly Episode[],
  { evidence }: Pick<Observation, 'evidence'>,
): Episode[] {
  if (meant === undefined || evidence === undefined) return meant === undefined ? [] : [meant]
  const one = [meant]
  for (;;) {
    const [first] = one as [Episode]
    const before = closed.findLast((episode) => episode.startsAt < first.startsAt && !hasNeverBeen(episode))
    if (before === undefined || !isOutlived(before.endsAt as number, evidence.stretches)) return one
    one.unshift(before)
  }
}

/** Whether an episode turned out to be a part of the one before it. */
export function hasNeverBeen({ startsAt, endsAt, closedHow }: Episode): boolean {
  return closedHow === 'superseded' && endsAt === startsAt
}

/** Whether it fired both before and at a time, or after it, without a break. */
function isOutlived(end: number, stretches: readonly { first: number; last: number }[]): boolean {
  return stretches.some(({ first, last }) => first < end && end <= last)
}
