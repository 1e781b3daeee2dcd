import type { Evidence } from './evidence.js'
import { type Standing, standings } from './standing.js'

/** What is known of notifications of an alert: what holds them back, or what became of them. */
export const outcomes = [...standings, 'success', 'error', 'unknown'] as const
export type Outcome = (typeof outcomes)[number]

/** One thing that was learned of the notifications of an episode. Times are Unix ms. */
export interface Told {
  /** Null where it is of the alert as a whole. */
  readonly receiver: string | null
  readonly integration: string | null
  readonly outcome: Outcome
  readonly at: number
  /** Why it failed, or is not known; null otherwise. */
  readonly reason: string | null
  readonly silences: Standing['silences']
  readonly inhibitedBy: readonly string[]
  readonly muteTimes: readonly string[]
  /** When Alertmanager has notified of it at the latest, of `routed` only. */
  readonly dueAt: number | null
}

/** What was counted since a time, Unix ms, of a receiver's integration; undefined where nothing was. */
export type CountedSince = (
  since: number,
  way: { readonly integration: string; readonly receiver: string },
) => Evidence | undefined

/** An alert that Alertmanager does not have by then has not reached it: it is sent anew every minute. */
const arrivesWithinMs = 60_000

/** Rows of one episode; one that goes back and forth for weeks stops here. That it was delivered at all is always stored. */
export const mostTold = 200

/** Seconds to wait where the configuration does not say: Alertmanager's own default. */
const usualWait = 300

/** What an attempt usually takes until it is counted. */
const attemptMs = 2_000

/** What an attempt takes at most, by a receiver that is slow. */
const longestAttemptMs = 60_000

/** An episode with what was told of its notifications, oldest first. */
export interface Known {
  /** Unix ms. */
  readonly startsAt: number
  readonly known: readonly Told[]
  /** Whether people were notified of an episode of the same alert that ended just before: then Alertmanager may send nothing new. */
  readonly isAgain?: boolean
}

/**
 * What is new of an alert's notifications, by where it stands and what was counted. Alertmanager does not say of which alerts it
 * has notified. But a new alert has its turn within a known time, so what was counted in that time tells what became of it.
 * @param standing none for an alert that is over
 * @param now Unix ms
 * @param everyMs between two looks
 */
export function newlyTold(
  episode: Known,
  standing: readonly Standing[],
  { now, everyMs }: { readonly now: number; readonly everyMs: number },
  counted: CountedSince,
): Told[] {
  const { startsAt, known } = episode
  const ended = (own: readonly Told[]) => became(own, episode, { now, everyMs }, counted)
  const isGone = standing.every(({ outcome }) => outcome === 'not_there')
  const told = standing.flatMap((each): Told[] => {
    const ofAlert = known.filter(({ receiver }) => receiver === null)
    const own = known.filter((told) => isSameWay(told, each))
    const last = inOrder(each.receiver === null ? own : [...own, ...ofAlert]).at(-1)
    const next = toldOf(each, now)
    if (each.outcome !== 'routed' && (isSame(last, next) || isUnnamed(last, next))) return []
    if (each.outcome === 'not_there')
      return known.length === 0 && now - startsAt >= arrivesWithinMs ? [next] : []
    if (each.outcome !== 'routed') {
      const isPending = own.at(-1)?.outcome === 'routed'
      return [...(isPending ? heldBackLater(own, startsAt, { now, everyMs }, counted) : []), next]
    }
    if (own.some(({ outcome }) => outcome === 'success')) return []
    const isHeldBack = last === undefined || last.receiver === null || isHolding(last.outcome)
    return isHeldBack ? [next] : ended(own)
  })
  const pending = isGone ? waiting(known).map((last) => known.filter((each) => isSameWay(each, last))) : []
  const room = Math.max(0, mostTold - known.length)
  return [...told, ...pending.flatMap(ended)].filter(({ outcome }, i) => i < room || outcome === 'success')
}

/** The last word of each way on which something is still to come. */
export function waiting(known: readonly Told[]): Told[] {
  return known.filter(
    (told, i) => told.outcome === 'routed' && !known.slice(i + 1).some((later) => isSameWay(later, told)),
  )
}

type Look = { readonly now: number; readonly everyMs: number }

/** What became of the notifications of a way once they are due. */
function became(
  own: readonly Told[],
  { startsAt, isAgain = false }: Pick<Known, 'startsAt' | 'isAgain'>,
  { now, everyMs }: Look,
  counted: CountedSince,
): Told[] {
  const last = own.at(-1)
  const routed = own.findLast(({ outcome }) => outcome === 'routed')
  if (last === undefined || routed === undefined || routed.dueAt === null || now < routed.dueAt) return []
  const wait = routed.dueAt - routed.at
  const since = last === routed ? sinceOf(own, routed, startsAt, everyMs) : now - wait - everyMs
  const evidence = evidenceOf(routed, since, counted)
  const found = arrived(evidence, now >= routed.dueAt + Math.max(wait, longestAttemptMs))
  if (found === undefined) return []
  const { outcome } = found
  const reason = found.reason === 'not_sent' && isAgain ? 'not_repeated' : found.reason
  const told = { ...bare(routed, now), outcome, reason }
  if (last === routed) {
    // An Alertmanager that began in the meantime gets its alerts again, and each group waits anew.
    const restartedAt = evidence?.startedAt ?? 0
    const mayStillCome = restartedAt > routed.at && now < restartedAt + arrivesWithinMs + wait
    return outcome === 'unknown' && mayStillCome ? [] : [told]
  }
  // What fails is sent again, so that nothing fails any more says that it has arrived. What was not sent may still fail.
  const isNews =
    outcome === 'success'
      ? last.outcome === 'error' || last.reason === 'some_fail' || last.reason === 'not_seen'
      : outcome === 'error' && last.reason === 'not_sent'
  return isNews ? [told] : []
}

/** Something holds back what was on its way: unless nothing was sent until then, nobody knows. */
function heldBackLater(
  own: readonly Told[],
  startsAt: number,
  { now, everyMs }: Look,
  counted: CountedSince,
) {
  const routed = own.at(-1) as Told
  const seen = evidenceOf(routed, sinceOf(own, routed, startsAt, everyMs), counted)
  const isUnsent = seen?.isWhole === true && seen.isComplete && seen.begun === 0
  return isUnsent ? [] : [{ ...bare(routed, now), outcome: 'unknown' as const, reason: 'held_back_later' }]
}

function evidenceOf({ receiver, integration }: Told, since: number, counted: CountedSince) {
  return integration === null || receiver === null ? undefined : counted(since, { integration, receiver })
}

/** The first notification may have come before the alert was seen there. */
function sinceOf(own: readonly Told[], routed: Told, startsAt: number, everyMs: number): number {
  return routed === own[0] ? Math.min(startsAt, routed.at) : routed.at - everyMs
}

/**
 * What became of notifications of a way, by what was counted while they had to be sent. Where some succeed and some
 * fail, nobody knows which.
 * @param isLate whether everything that was sent in time has ended
 * @returns undefined while something is under way
 */
export function arrived(
  evidence: Evidence | undefined,
  isLate = false,
): { outcome: 'success' | 'error' | 'unknown'; reason: string | null } | undefined {
  if (evidence === undefined) return { outcome: 'unknown', reason: 'not_counted' }
  const { begun, succeeded, failedAttempts, reasons, isWhole, isComplete } = evidence
  if (!isWhole) return { outcome: 'unknown', reason: 'not_seen' }
  if (succeeded > 0 && (succeeded >= begun || (failedAttempts === 0 && isLate)))
    return { outcome: 'success', reason: null }
  if (succeeded > 0 && failedAttempts > 0) return { outcome: 'unknown', reason: 'some_fail' }
  if (failedAttempts > 0) return { outcome: 'error', reason: reasons.join(', ') || 'attempts_fail' }
  if (begun > 0) return undefined
  return { outcome: 'unknown', reason: isComplete ? 'not_sent' : 'not_seen' }
}

function toldOf({ outcome, waitSeconds, ...standing }: Standing, now: number): Told {
  const dueAt = outcome === 'routed' ? now + 1_000 * (waitSeconds ?? usualWait) + attemptMs : null
  return { ...standing, outcome, at: now, reason: null, dueAt }
}

function bare({ receiver, integration }: Told, now: number) {
  return { receiver, integration, at: now, silences: [], inhibitedBy: [], muteTimes: [], dueAt: null }
}

function inOrder(told: readonly Told[]): Told[] {
  return told.toSorted((a, b) => a.at - b.at)
}

function isHolding(outcome: Outcome): boolean {
  return outcome !== 'routed' && standings.some((standing) => standing === outcome)
}

function isSameWay(
  a: Pick<Told, 'receiver' | 'integration'>,
  b: Pick<Told, 'receiver' | 'integration'>,
): boolean {
  return a.receiver === b.receiver && a.integration === b.integration
}

/** The alert that inhibits it has ended a moment before it: it has no name any more. */
function isUnnamed(last: Told | undefined, told: Told): boolean {
  return told.outcome === 'inhibited' && told.inhibitedBy.length === 0 && last?.outcome === 'inhibited'
}

function isSame(last: Told | undefined, told: Told): boolean {
  const text = ({ outcome, reason, silences, inhibitedBy, muteTimes }: Told) =>
    JSON.stringify([outcome, reason, silences, inhibitedBy, muteTimes])
  return last !== undefined && text(last) === text(told)
}
