import type { Direction } from '@mnemoscope/kpi'
import type { Observation, SampleSpan } from './observation.js'

/** How an episode ended. */
export type ClosedHow = 'resolved' | 'reconciled' | 'superseded' | 'rule_removed'

/** One time that an alert fired, from its first evaluation to its end. Times are Unix ms. */
export interface Episode {
  /** Key in the database; undefined before it is stored. */
  readonly id: string | undefined
  readonly cluster: string
  readonly fingerprint: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly startsAt: number
  readonly endsAt: number | undefined
  readonly closedHow: ClosedHow | undefined
  /** Newest evaluation at which Prometheus itself had it firing; undefined while only notifications have reported it. */
  readonly lastFiringAt: number | undefined
  readonly value: number | undefined
  /** The value at the newest evaluation that Prometheus had it firing; undefined while only notifications have reported it. */
  readonly newestValue: number | undefined
  readonly peakValue: number | undefined
  readonly threshold: number | undefined
}

/** A change of an episode. It is stored, and never changed. */
export interface Transition {
  readonly kind: 'opened' | 'changed' | 'closed' | 'reopened'
  /** When it happened, by the clock of the source. */
  readonly at: number
  readonly via: 'webhook' | 'prometheus'
  /** New values by column name; times are Unix seconds. */
  readonly detail: Readonly<Record<string, string | number>>
}

/** The episode that an observation begins. */
export function begin(observation: Observation): Episode {
  const { cluster, fingerprint, labels, startsAt, value, threshold, evidence, fallbackSummary } = observation
  const { kept, direction } = observation
  const hasTexts = Object.keys(observation.annotations).length > 0 || fallbackSummary === undefined
  return {
    id: undefined,
    cluster,
    fingerprint,
    labels,
    annotations: hasTexts ? observation.annotations : { summary: fallbackSummary },
    startsAt,
    endsAt: undefined,
    closedHow: undefined,
    lastFiringAt: evidence?.lastFiringAt,
    value: valueAtStart(startsAt, observation),
    newestValue: evidence === undefined ? undefined : value,
    peakValue: worse(direction, kept?.worst, value),
    threshold,
  }
}

/** A recorder that was there has seen an alert by then. */
const [soonMs, soonEvaluations] = [60_000, 2.5]

/**
 * The value of an observation, if it is of the time at which the alert began. A recorder that was away learns of an alert
 * long after that, or only of its end. Then the value that it began with is what Prometheus has kept, or unknown.
 */
function valueAtStart(startsAt: number, observation: Observation): number | undefined {
  const { value, endsAt, evidence, kept } = observation
  if (kept?.atStart !== undefined && observation.startsAt === startsAt) return kept.atStart
  if (endsAt !== undefined) return undefined
  const isLate =
    evidence !== undefined &&
    evidence.lastFiringAt - startsAt > Math.max(soonMs, soonEvaluations * evidence.interval)
  return isLate ? undefined : value
}

/** The episode with what an observation of it adds: newer texts, a worse peak, later evidence. */
export function enrich(episode: Episode, observation: Observation): Episode {
  const { evidence, annotations, value, threshold, direction, kept } = observation
  const hasTexts = Object.keys(annotations).length > 0
  return {
    ...episode,
    annotations: hasTexts ? annotations : episode.annotations,
    threshold: threshold ?? episode.threshold,
    value: episode.value ?? valueAtStart(episode.startsAt, observation),
    newestValue: isNewer(episode, observation) ? value : episode.newestValue,
    peakValue: worse(direction, worse(direction, episode.peakValue, kept?.worst), value),
    lastFiringAt: later(episode.lastFiringAt, evidence?.lastFiringAt),
  }
}

/** Whether an observation has a value of an evaluation that is newer than all that were seen. */
function isNewer({ lastFiringAt = -Infinity }: Episode, { value, evidence }: Observation): boolean {
  return value !== undefined && evidence !== undefined && evidence.lastFiringAt >= lastFiringAt
}

/** Where an observation comes from. */
export function viaOf(observation: Observation): Transition['via'] {
  return observation.evidence === undefined ? 'webhook' : 'prometheus'
}

function worse(
  direction: Direction | undefined,
  peak: number | undefined,
  value: number | undefined,
): number | undefined {
  if (peak === undefined || value === undefined) return peak ?? value
  if (direction === undefined) return peak
  return direction === 'higher_is_better' ? Math.min(peak, value) : Math.max(peak, value)
}

function later(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b)
}

/**
 * An episode and those directly before it whose end was wrong, because Prometheus' samples continue over that end without a break; the
 * earliest first. Alertmanager sends such an end when it has had no contact with Prometheus for long, and a start when
 * it has contact again. If samples are read in between, the first episode is open again before there is a second one.
 */
export function episodesOfOneBreach(
  meant: Episode,
  closed: readonly Episode[],
  spans: readonly SampleSpan[],
): [Episode, ...Episode[]] {
  const before = closed.findLast((episode) => episode.startsAt < meant.startsAt && !isMergedAway(episode))
  if (before === undefined || !firesThrough(before.endsAt as number, spans)) return [meant]
  return [...episodesOfOneBreach(before, closed, spans), meant]
}

/** Whether an episode was joined to the one before it. */
export function isMergedAway({ startsAt, endsAt, closedHow }: Episode): boolean {
  return closedHow === 'superseded' && endsAt === startsAt
}

/** Whether the alert fired without a break from before a time until it or later. */
function firesThrough(end: number, spans: readonly SampleSpan[]): boolean {
  return spans.some(({ first, last }) => first < end && end <= last)
}
