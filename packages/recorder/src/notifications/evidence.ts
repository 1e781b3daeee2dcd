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
  /** Notifications that this recorder itself had taken since it began, and when it began, Unix ms. */
  readonly own: { readonly since: number; readonly taken: number }
}

/** What was counted between two times of a receiver's integration, or of all receivers that share it. */
export interface Evidence {
  readonly begun: number
  readonly succeeded: number
  readonly failedAttempts: number
  /** Alertmanager's words for why notifications were given up. */
  readonly reasons: readonly string[]
  /** Whether all of the time was seen. */
  readonly isWhole: boolean
}

/**
 * What was counted since a time, over all Alertmanagers. A restart of one begins its counts anew. Then it notifies of what it has not
 * delivered once more, so what it counts after that counts, if there is anything.
 * @param samples oldest first
 * @param since Unix ms
 * @param integration with the receiver that is meant
 * @returns undefined where nothing was counted at all
 */
export function evidenceSince(
  samples: readonly Sample[],
  since: number,
  wanted: { readonly integration: string; readonly receiver: string },
): Evidence | undefined {
  const names = [...new Set(samples.map(({ alertmanager }) => alertmanager))]
  const each = names.flatMap((name) => {
    const own = samples.filter(({ alertmanager }) => alertmanager === name)
    const found = evidenceOf(own, since, wanted)
    return found === undefined ? [] : [found]
  })
  if (each.length === 0) return undefined
  const total = (key: 'begun' | 'succeeded' | 'failedAttempts') =>
    each.reduce((sum, evidence) => sum + evidence[key], 0)
  return {
    begun: total('begun'),
    succeeded: total('succeeded'),
    failedAttempts: total('failedAttempts'),
    reasons: [...new Set(each.flatMap(({ reasons }) => reasons))],
    isWhole: each.every(({ isWhole }) => isWhole),
  }
}

const nothing = { begun: 0, succeeded: 0, failedAttempts: 0, reasons: [] as readonly string[] }

function evidenceOf(
  samples: readonly Sample[],
  since: number,
  wanted: { readonly integration: string; readonly receiver: string },
): Evidence | undefined {
  const before = samples.findLastIndex(({ at }) => at <= since)
  const first = samples[Math.max(0, before)] as Sample
  // What began after that time has counted nothing before it.
  const isNew = before < 0 && first.startedAt * 1_000 >= since
  if (!isNew && samples.at(-1) === first) return undefined
  let run = isNew ? added(nothing, undefined, first, wanted) : nothing
  let earlier = nothing
  for (let i = samples.indexOf(first) + 1; i < samples.length; i++) {
    const [last, next] = [samples[i - 1] as Sample, samples[i] as Sample]
    const isRestart = next.startedAt !== last.startedAt
    if (isRestart && run.begun > 0) earlier = run
    if (isRestart) run = nothing
    run = added(run, isRestart ? undefined : last, next, wanted)
  }
  const isWhole = before >= 0 || isNew || countOf(first, wanted).begun === 0
  return { ...(run.begun > 0 ? run : earlier), isWhole }
}

function added(
  sum: typeof nothing,
  last: Sample | undefined,
  next: Sample,
  wanted: { readonly integration: string; readonly receiver: string },
): typeof nothing {
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
function countOf({ counts }: Sample, { integration, receiver }: { integration: string; receiver: string }) {
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
