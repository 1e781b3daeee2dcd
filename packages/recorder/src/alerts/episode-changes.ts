import {
  begin,
  type ClosedHow,
  type Episode,
  enrich,
  episodesOfOneBreach,
  isMergedAway,
  type Transition,
  viaOf,
} from './episode.js'
import type { Evidence, Observation } from './observation.js'

/** An episode before and after an observation. Without a transition only details were added. */
export interface EpisodeChange {
  readonly before: Episode | undefined
  readonly after: Episode
  readonly transition: Transition | undefined
}

/**
 * The changes that an observation makes to the episodes of an alert. There may be none, one or several.
 *
 * Notifications come late, twice, out of order, from several Alertmanagers, or never. So:
 * - no two episodes cover the same time: an observation of a time within a closed episode belongs to it, and its end is final;
 * - a start later than the open episode's belongs to that episode, because Alertmanager sets a new start after a restart although the
 *   alert continued; only Prometheus' samples can show that it had ended in between;
 * - Prometheus' samples outrank notifications: if there are samples after a notified end, the episode is opened again.
 *
 * @param episodes the alert's episodes; those that end before the observation may be left out
 */
export function advance(episodes: readonly Episode[], observation: Observation): EpisodeChange[] {
  const open = episodes.find(({ endsAt }) => endsAt === undefined)
  const closed = episodes.filter(({ endsAt }) => endsAt !== undefined)
  const { evidence } = observation
  return evidence === undefined
    ? changesByNotification(open, closed, observation)
    : changesBySamples(open, closed, observation, evidence)
}

/** Ends an open episode whose alert no longer fires at its source. */
export function endOf(episode: Episode, endsAt: number, how: ClosedHow): EpisodeChange {
  return close(episode, endsAt, how, 'prometheus')
}

function changesByNotification(
  open: Episode | undefined,
  closed: readonly Episode[],
  observation: Observation,
): EpisodeChange[] {
  const { startsAt, endsAt } = observation
  const covering = closed.find((episode) => covers(episode, startsAt, endsAt))
  const isBefore =
    open !== undefined && startsAt < open.startsAt && endsAt !== undefined && endsAt <= open.startsAt
  if (open === undefined || isBefore) {
    // It may have ended or not. Its own end, or Prometheus' samples, will show which.
    const isLate = endsAt === undefined && closed.some((episode) => episode.startsAt > startsAt)
    return covering === undefined && !isLate ? [start(observation, 'resolved')] : []
  }
  if (startsAt < open.startsAt && covering !== undefined) return []
  const floor = floorOf(open, closed)
  if (endsAt === undefined) return [update(open, observation, floor)]
  // Prometheus has it firing after this end: the message is late, or its sender had lost contact.
  if (open.lastFiringAt !== undefined && open.lastFiringAt >= endsAt) return []
  return [end(open, observation, { endsAt: Math.max(endsAt, open.startsAt), how: 'resolved', floor })]
}

function changesBySamples(
  open: Episode | undefined,
  closed: readonly Episode[],
  observation: Observation,
  { lastFiringAt, startKnown, spans, interval }: Evidence,
): EpisodeChange[] {
  const { startsAt, endsAt } = observation
  const isOfOpen = open !== undefined && open.startsAt <= lastFiringAt
  const covering =
    closed.findLast(
      (episode) => !isMergedAway(episode) && covers(episode, startsAt, endsAt ?? lastFiringAt),
    ) ?? closed.find((episode) => episode.startsAt === startsAt)
  const meant = isOfOpen ? open : covering
  if (meant !== undefined && (isOfOpen || open === undefined || endsAt !== undefined)) {
    const [first, ...others] = episodesOfOneBreach(meant, closed, spans)
    if (others.length > 0) return joinEpisodes(first, others, observation, floorOf(first, closed))
  }
  if (isOfOpen) {
    const lastSeenAt = Math.max(open.startsAt, open.lastFiringAt ?? 0)
    const isTaken = closed.some((episode) => episode.startsAt === startsAt)
    if (startKnown && !isTaken && startsAt > lastSeenAt + 1.5 * interval) {
      const ended = open.lastFiringAt === undefined ? startsAt : open.lastFiringAt + interval
      return [
        close(open, Math.min(ended, startsAt), 'superseded', 'prometheus'),
        start(observation, 'reconciled'),
      ]
    }
    const floor = floorOf(open, closed)
    return endsAt === undefined
      ? [update(open, observation, floor)]
      : [end(open, observation, { endsAt: Math.max(endsAt, open.startsAt), how: 'reconciled', floor })]
  }
  if (covering === undefined) {
    // It still fires, although a later episode is already open: the next reconcile sees more.
    return open !== undefined && endsAt === undefined ? [] : [start(observation, 'reconciled')]
  }
  // One notified end for two breaches: Alertmanager did not get the end of the first.
  const isAnother = startKnown && startsAt > (covering.lastFiringAt ?? startsAt) + 1.5 * interval
  if (isAnother && (open === undefined || endsAt !== undefined)) {
    const ended = (covering.lastFiringAt as number) + interval
    return [close(covering, ended, 'superseded', 'prometheus'), start(observation, 'reconciled')]
  }
  const floor = floorOf(covering, closed)
  if (lastFiringAt < (covering.endsAt as number)) return [update(covering, observation, floor)]
  if (endsAt !== undefined) return [end(covering, observation, { endsAt, how: 'reconciled', floor })]
  return open === undefined ? [reopen(covering, observation, floor)] : []
}

/**
 * Joins the episodes of one breach. A notified end that was wrong had split it. The first episode takes over the others,
 * which end where they began.
 */
function joinEpisodes(
  first: Episode,
  others: readonly Episode[],
  observation: Observation,
  floor: number,
): EpisodeChange[] {
  // Their peaks are values of before: without evidence none is taken for the newest value.
  const { evidence: _, ...ofBefore } = observation
  const all = others.reduce(
    (episode, { peakValue }) =>
      peakValue === undefined ? episode : enrich(episode, { ...ofBefore, value: peakValue }),
    first,
  )
  const { endsAt } = observation
  const last =
    endsAt === undefined
      ? reopen(all, observation, floor)
      : end(all, observation, { endsAt, how: 'reconciled', floor })
  return [
    ...others.toReversed().map((episode) => close(episode, episode.startsAt, 'superseded', 'prometheus')),
    { ...last, before: first },
  ]
}

/** The earliest start that an episode can have: the end of the episode before it, which may have no length. */
function floorOf(episode: Episode, closed: readonly Episode[]): number {
  const earlier = closed.filter(({ startsAt }) => startsAt < episode.startsAt)
  return Math.max(
    ...earlier.map(({ startsAt, endsAt }) => Math.max(endsAt as number, startsAt + 1)),
    Number.NEGATIVE_INFINITY,
  )
}

/** Whether a start and an end (or only a start) belong to a closed episode. */
function covers(episode: Episode, startsAt: number, endsAt: number | undefined): boolean {
  const ended = episode.endsAt as number
  if (startsAt === episode.startsAt) return true
  return startsAt < episode.startsAt ? endsAt !== undefined && endsAt > episode.startsAt : startsAt < ended
}

function start(observation: Observation, how: ClosedHow): EpisodeChange {
  const episode = begin(observation)
  const { startsAt, endsAt, value } = observation
  return {
    before: undefined,
    after: endsAt === undefined ? episode : { ...episode, endsAt, closedHow: how },
    transition: {
      kind: 'opened',
      at: startsAt,
      via: viaOf(observation),
      detail: {
        starts_at: unixSeconds(startsAt),
        ...(value === undefined ? {} : { value }),
        ...(endsAt === undefined ? {} : { ends_at: unixSeconds(endsAt), closed_how: how }),
      },
    },
  }
}

function update(episode: Episode, observation: Observation, floor: number): EpisodeChange {
  const enriched = enrich(episode, observation)
  const after = { ...enriched, startsAt: earlierStart(episode, observation, floor) }
  const detail = {
    ...(after.startsAt === episode.startsAt ? {} : { starts_at: unixSeconds(after.startsAt) }),
    ...(after.threshold === undefined || after.threshold === episode.threshold
      ? {}
      : { threshold: after.threshold }),
    ...(after.annotations.summary === undefined || after.annotations.summary === episode.annotations.summary
      ? {}
      : { summary: after.annotations.summary }),
  }
  const changed = Object.keys(detail).length > 0
  return {
    before: episode,
    after,
    transition: changed
      ? {
          kind: 'changed',
          at: observation.evidence?.lastFiringAt ?? observation.startsAt,
          via: viaOf(observation),
          detail,
        }
      : undefined,
  }
}

/** Notifications and samples can show an earlier start; a notification cannot move a start that samples have shown. */
function earlierStart(episode: Episode, { startsAt, evidence }: Observation, floor: number): number {
  const mayMove = evidence === undefined ? episode.lastFiringAt === undefined : evidence.startKnown
  return mayMove && startsAt >= floor ? Math.min(episode.startsAt, startsAt) : episode.startsAt
}

function end(
  episode: Episode,
  observation: Observation,
  { endsAt, how, floor }: { endsAt: number; how: ClosedHow; floor: number },
): EpisodeChange {
  const { after } = update(episode, observation, floor)
  return { ...close(after, endsAt, how, viaOf(observation)), before: episode }
}

function close(episode: Episode, endsAt: number, how: ClosedHow, via: Transition['via']): EpisodeChange {
  return {
    before: episode,
    after: { ...episode, endsAt, closedHow: how },
    transition: {
      kind: 'closed',
      at: endsAt,
      via,
      detail: { ends_at: unixSeconds(endsAt), closed_how: how },
    },
  }
}

function reopen(episode: Episode, observation: Observation, floor: number): EpisodeChange {
  const { after } = update(episode, observation, floor)
  return {
    before: episode,
    after: { ...after, endsAt: undefined, closedHow: undefined },
    transition: {
      kind: 'reopened',
      at: observation.evidence?.lastFiringAt ?? observation.startsAt,
      via: viaOf(observation),
      detail: {},
    },
  }
}

function unixSeconds(timeMs: number): number {
  return timeMs / 1_000
}
