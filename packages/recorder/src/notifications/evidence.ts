import type { NotificationCount } from '../prometheus/alertmanager-counts.js'

/** What an Alertmanager had counted at a time. */
export interface Sample {
  /** Name of the Alertmanager. */
  readonly alertmanager: string
  /** Unix ms. */
  readonly at: number
  /** When its process began, Unix seconds. */
  readonly startedAt: number
  readonly counts: readonly NotificationCount[]
  /** How many Alertmanagers its cluster has, itself included; null without a cluster. */
  readonly members: number | null
  /** Notifications that this recorder itself had taken since it began, and when it began, Unix ms. */
  readonly own: { readonly since: number; readonly taken: number }
}

/** What was counted since a time of a receiver's integration, or of all receivers that share it. */
export interface Evidence {
  readonly begun: number
  readonly succeeded: number
  readonly failedAttempts: number
  /** Alertmanager's words for why notifications were given up. */
  readonly reasons: readonly string[]
  /** Whether all of the time was seen. Else what was sent before is not known. */
  readonly isWhole: boolean
  /** Whether nothing can have been sent that is not counted here: by another Alertmanager, or by one just before it ended. */
  readonly isComplete: boolean
  /** When the newest process of an Alertmanager began, Unix ms. */
  readonly startedAt: number
}

/** Which notifications are meant. */
export interface Wanted {
  readonly integration: string
  readonly receiver: string
}

type Sum = Pick<Evidence, 'begun' | 'succeeded' | 'failedAttempts' | 'reasons'>

/**
 * What was counted since a time, over all Alertmanagers. A restart of one begins its counts anew.
 * @param samples oldest first
 * @param alertmanagers names of all that there are
 * @param since Unix ms
 * @returns undefined where nothing was counted at all
 */
export function evidenceSince(
  samples: readonly Sample[],
  alertmanagers: readonly string[],
  since: number,
  wanted: Wanted,
): Evidence | undefined {
  const each = alertmanagers.flatMap((name) => {
    const own = samples.filter(({ alertmanager }) => alertmanager === name)
    return evidenceOf(own, since, wanted) ?? []
  })
  if (each.length === 0) return undefined
  const members = Math.max(...samples.map((sample) => sample.members ?? 1))
  const isAll = each.length === alertmanagers.length && members <= alertmanagers.length
  return {
    ...each.map((one): Sum => one).reduce(sumOf, nothing),
    isWhole: each.every(({ isWhole }) => isWhole),
    isComplete: isAll && each.every(({ isComplete }) => isComplete),
    startedAt: Math.max(...each.map(({ startedAt }) => startedAt)),
  }
}

/** `evidenceSince` for many alerts: most that wait began at the same time and go the same way. */
export function rememberEvidence(
  samples: readonly Sample[],
  alertmanagers: readonly string[],
): (since: number, wanted: Wanted) => Evidence | undefined {
  const known = new Map<string, Evidence | undefined>()
  return (since, { integration, receiver }) => {
    const key = JSON.stringify([since, integration, receiver])
    if (!known.has(key))
      known.set(key, evidenceSince(samples, alertmanagers, since, { integration, receiver }))
    return known.get(key)
  }
}

const nothing: Sum = { begun: 0, succeeded: 0, failedAttempts: 0, reasons: [] }

/** Clocks of machines differ by less. */
const clocksDifferMs = 60_000

/**
 * Of the Alertmanager at one address. A process that began after another one was asked is its restart. Of several that answer by turns,
 * as behind a balancer, each counts for itself.
 */
function evidenceOf(samples: readonly Sample[], since: number, wanted: Wanted): Evidence | undefined {
  const newest = samples.at(-1)
  if (newest === undefined || newest.at <= since) return undefined
  let sum: Sum = nothing
  let [isWhole, isComplete, isCounted] = [true, true, false]
  for (const startedAt of new Set(samples.map((sample) => sample.startedAt))) {
    const own = samples.filter((sample) => sample.startedAt === startedAt)
    const first = own[0] as Sample
    const base = own.findLastIndex(({ at }) => at <= since)
    const earlier = samples[samples.indexOf(first) - 1]
    const isRestart = earlier !== undefined && startedAt * 1_000 >= earlier.at - clocksDifferMs
    // What began after that time has counted nothing before it.
    const isNew = base < 0 && (isRestart || startedAt * 1_000 >= since)
    const counted = own.slice(isNew ? 0 : Math.max(0, base))
    if (counted.length < 2 && !isNew) continue
    isCounted = true
    if (base < 0 && !isNew && countOf(first, wanted).begun > 0) isWhole = false
    const run = counted.reduce(
      (total, next, i) =>
        i === 0 && !isNew ? total : added(total, i === 0 ? undefined : counted[i - 1], next, wanted),
      nothing,
    )
    if (isNew && isRestart) {
      // What it sent just before its end was not counted.
      isComplete = false
      sum = afterRestart(sum, run)
    } else sum = sumOf(sum, run)
  }
  return isCounted ? { ...sum, isWhole, isComplete, startedAt: newest.startedAt * 1_000 } : undefined
}

/** What was not delivered before a restart is sent again. So where nothing fails after it, all was delivered. */
function afterRestart(before: Sum, after: Sum): Sum {
  if (after.begun === 0) return before
  return after.failedAttempts > 0 && before.succeeded > 0 ? sumOf(before, after) : after
}

function sumOf(a: Sum, b: Sum): Sum {
  return {
    begun: a.begun + b.begun,
    succeeded: a.succeeded + b.succeeded,
    failedAttempts: a.failedAttempts + b.failedAttempts,
    reasons: [...new Set([...a.reasons, ...b.reasons])],
  }
}

function added(sum: Sum, last: Sample | undefined, next: Sample, wanted: Wanted): Sum {
  const [a, b] = [last === undefined ? undefined : countOf(last, wanted), countOf(next, wanted)]
  const more = (key: 'begun' | 'attempts' | 'failedAttempts') => Math.max(0, b[key] - (a?.[key] ?? 0))
  const own = b.isOfAll && wanted.integration === 'webhook' ? ownBetween(last, next) : 0
  const failedAttempts = more('failedAttempts')
  const reasons = Object.entries(b.givenUp).flatMap(([reason, count]) =>
    reason !== '' && count > (a?.givenUp[reason] ?? 0) ? [reason] : [],
  )
  return {
    begun: sum.begun + Math.max(0, more('begun') - own),
    succeeded: sum.succeeded + Math.max(0, more('attempts') - failedAttempts - own),
    failedAttempts: sum.failedAttempts + failedAttempts,
    reasons: [...new Set([...sum.reasons, ...reasons])],
  }
}

/** The count of the receiver; where Alertmanager has none of receivers, that of all with the same integration. */
function countOf({ counts }: Sample, { integration, receiver }: Wanted) {
  const none = { begun: 0, attempts: 0, failedAttempts: 0, givenUp: {} as Readonly<Record<string, number>> }
  const isOfAll = !counts.some((count) => count.receiver !== undefined)
  const found = counts.find(
    (count) => count.integration === integration && (isOfAll || count.receiver === receiver),
  )
  return { ...(found ?? none), isOfAll }
}

/** Those of ours are no notifications of people. */
function ownBetween(last: Sample | undefined, next: Sample): number {
  return next.own.taken - (last?.own.since === next.own.since ? last.own.taken : 0)
}
