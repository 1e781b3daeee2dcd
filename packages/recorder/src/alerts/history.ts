import {
  begin,
  type ClosedHow,
  type Episode,
  enrich,
  hasNeverBeen,
  ofOneBreach,
  type Transition,
  viaOf,
} from './episode.js'
import type { Evidence, Observation } from './observation.js'

/** An episode after an observation, and what changed about it; no transition where only details were added. */
export interface Step {
  readonly before: Episode | undefined
  readonly after: Episode
  readonly transition: Transition | undefined
}

/**
 * What an observation makes of an alert's history: none, one or two steps.
 *
 * Notifications come late, twice, out of order, from several Alertmanagers, or never. So:
 * - a time is covered once: what is said of a time within a closed episode is about that episode, whose end is final;
 * - a start later than the open episode's joins it, because Alertmanager takes a new start after a restart while the
 *   alert went on; only Prometheus' own samples can show that it had ended in between;
 * - Prometheus' samples outrank notifications: a notified end that has samples after it is taken back.
 *
 * @param episodes the alert's episodes, those that end before the observation may be left out
 */
export function advance(episodes: readonly Episode[], observation: Observation): Step[] {
  const open = episodes.find(({ endsAt }) => endsAt === undefined)
  const closed = episodes.filter(({ endsAt }) => endsAt !== undefined)
  const { evidence } = observation
  return evidence === undefined
    ? notified(open, closed, observation)
    : evidenced(open, closed, observation, evidence)
}

/** The end of an open episode that its source no longer has. */
export function endOf(episode: Episode, endsAt: number, how: ClosedHow): Step {
  return close(episode, endsAt, how, 'prometheus')
}

function notified(open: Episode | undefined, closed: readonly Episode[], observation: Observation): Step[] {
  const { startsAt, endsAt } = observation
  const covering = closed.find((episode) => covers(episode, startsAt, endsAt))
  const isBefore =
    open !== undefined && startsAt < open.startsAt && endsAt !== undefined && endsAt <= open.startsAt
  if (open === undefined || isBefore) {
    // Whether it went on until then or ended before, its end or Prometheus will tell; by itself it says neither.
    const isLate = endsAt === undefined && closed.some((episode) => episode.startsAt > startsAt)
    return covering === undefined && !isLate ? [start(observation, 'resolved')] : []
  }
  if (startsAt < open.startsAt && covering !== undefined) return []
  const floor = floorOf(open, closed)
  if (endsAt === undefined) return [update(open, observation, floor)]
  // Prometheus had it firing after this end: the message is late, or its sender had lost contact.
  if (open.lastFiringAt !== undefined && open.lastFiringAt >= endsAt) return []
  return [end(open, observation, { endsAt: Math.max(endsAt, open.startsAt), how: 'resolved', floor })]
}

function evidenced(
  open: Episode | undefined,
  closed: readonly Episode[],
  observation: Observation,
  { lastFiringAt, startKnown, stretches, interval }: Evidence,
): Step[] {
  const { startsAt, endsAt } = observation
  const isOfOpen = open !== undefined && open.startsAt <= lastFiringAt
  const covering =
    closed.findLast(
      (episode) => !hasNeverBeen(episode) && covers(episode, startsAt, endsAt ?? lastFiringAt),
    ) ?? closed.find((episode) => episode.startsAt === startsAt)
  const meant = isOfOpen ? open : covering
  if (meant !== undefined && (isOfOpen || open === undefined || endsAt !== undefined)) {
    const [first, ...others] = ofOneBreach(meant, closed, stretches)
    if (others.length > 0) return joined(first, others, observation, floorOf(first, closed))
  }
  if (isOfOpen) {
    const newestSign = Math.max(open.startsAt, open.lastFiringAt ?? 0)
    const isTaken = closed.some((episode) => episode.startsAt === startsAt)
    if (startKnown && !isTaken && startsAt > newestSign + 1.5 * interval) {
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
    // A run that still goes on although a later episode is open already: the next reconcile sees more.
    return open !== undefined && endsAt === undefined ? [] : [start(observation, 'reconciled')]
  }
  // One notified end for two breaches: Alertmanager did not hear of the end of the first.
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
 * One breach of which notifications made several episodes, as an end was told that was none: the first of them takes all
 * of it, the others have never been.
 */
function joined(first: Episode, others: readonly Episode[], observation: Observation, floor: number): Step[] {
  const whole = others.reduce(
    (episode, { peakValue }) =>
      peakValue === undefined ? episode : enrich(episode, { ...observation, value: peakValue }),
    first,
  )
  const { endsAt } = observation
  const last =
    endsAt === undefined
      ? reopen(whole, observation, floor)
      : end(whole, observation, { endsAt, how: 'reconciled', floor })
  return [
    ...others.toReversed().map((episode) => close(episode, episode.startsAt, 'superseded', 'prometheus')),
    { ...last, before: first },
  ]
}

/** How early an episode can have started: not before the one before it ended, which may be when that one began. */
function floorOf(episode: Episode, closed: readonly Episode[]): number {
  const earlier = closed.filter(({ startsAt }) => startsAt < episode.startsAt)
  return Math.max(
    ...earlier.map(({ startsAt, endsAt }) => Math.max(endsAt as number, startsAt + 1)),
    Number.NEGATIVE_INFINITY,
  )
}

/** Whether a closed episode is what is meant by a start and an end (or a start alone). */
function covers(episode: Episode, startsAt: number, endsAt: number | undefined): boolean {
  const ended = episode.endsAt as number
  if (startsAt === episode.startsAt) return true
  return startsAt < episode.startsAt ? endsAt !== undefined && endsAt > episode.startsAt : startsAt < ended
}

function start(observation: Observation, how: ClosedHow): Step {
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
        starts_at: iso(startsAt),
        ...(value === undefined ? {} : { value }),
        ...(endsAt === undefined ? {} : { ends_at: iso(endsAt), closed_how: how }),
      },
    },
  }
}

function update(episode: Episode, observation: Observation, floor: number): Step {
  const enriched = enrich(episode, observation)
  const after = { ...enriched, startsAt: earlierStart(episode, observation, floor) }
  const detail = {
    ...(after.startsAt === episode.startsAt ? {} : { starts_at: iso(after.startsAt) }),
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

/** Alertmanager and Prometheus may learn of an earlier start; a notification can't move one that samples have shown. */
function earlierStart(episode: Episode, { startsAt, evidence }: Observation, floor: number): number {
  const mayMove = evidence === undefined ? episode.lastFiringAt === undefined : evidence.startKnown
  return mayMove && startsAt >= floor ? Math.min(episode.startsAt, startsAt) : episode.startsAt
}

function end(
  episode: Episode,
  observation: Observation,
  { endsAt, how, floor }: { endsAt: number; how: ClosedHow; floor: number },
): Step {
  const { after } = update(episode, observation, floor)
  return { ...close(after, endsAt, how, viaOf(observation)), before: episode }
}

function close(episode: Episode, endsAt: number, how: ClosedHow, via: Transition['via']): Step {
  return {
    before: episode,
    after: { ...episode, endsAt, closedHow: how },
    transition: { kind: 'closed', at: endsAt, via, detail: { ends_at: iso(endsAt), closed_how: how } },
  }
}

function reopen(episode: Episode, observation: Observation, floor: number): Step {
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

function iso(time: number): string {
  return new Date(time).toISOString()
}
