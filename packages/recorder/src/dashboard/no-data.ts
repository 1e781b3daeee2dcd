import { z } from 'zod'
import type { DataOf } from '../http/route.js'
import type { CurrentSnapshot } from './snapshots.js'

/** Why the values at the end of a window are unknown. */
export const noDataAnswer = z.strictObject({
  reason: z
    .enum(['nothing_yet', 'no_snapshot', 'no_value'])
    .describe(
      '`nothing_yet`: no snapshot ever held a series; `no_snapshot`: none of the last intervals does; `no_value`: the newest ones hold no value, as too little was measured.',
    ),
  since: z
    .number()
    .nullable()
    .describe('Newest snapshot of what was asked for, Unix seconds; null where the window has none.'),
})
export type NoData = DataOf<typeof noDataAnswer>

export interface Seen {
  /** Unix seconds. */
  readonly now: number
  /** End of the window, Unix seconds. */
  readonly to: number
  /** How old the newest snapshot of a live window may be, seconds. */
  readonly mostAge: number
  readonly current: readonly CurrentSnapshot[]
  /** Newest snapshot in the window and of the series that were asked for, Unix seconds. */
  readonly newestInScope: number | null
  /** Newest snapshot of any series at any time, Unix seconds. */
  readonly newestOfAll: number | null
  /** Whether only a part of the series was asked for. */
  readonly isPart: boolean
}

/**
 * Whether the values at the end of a window are known: without them "no threshold is breached" would only mean that
 * nobody looked. Null where they are.
 */
export function noDataOf({
  now,
  to,
  mostAge,
  current,
  newestInScope,
  newestOfAll,
  isPart,
}: Seen): NoData | null {
  if (newestOfAll === null) return { reason: 'nothing_yet', since: null }
  const isLive = now - to <= mostAge
  const newest = current.reduce(
    (latest, { timestamp }) => Math.max(latest, timestamp),
    Number.NEGATIVE_INFINITY,
  )
  if (current.length === 0 || (isLive && now - newest > mostAge)) {
    return { reason: 'no_snapshot', since: newestInScope ?? (isLive && !isPart ? newestOfAll : null) }
  }
  const hasValue = current.some(({ kpis }) => Object.values(kpis).some(({ value }) => value !== null))
  return hasValue ? null : { reason: 'no_value', since: newestInScope }
}
