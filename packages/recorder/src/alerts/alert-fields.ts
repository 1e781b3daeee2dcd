import { z } from 'zod'

/** Clocks differ, and ours may be the wrong one. A time that is further ahead is invalid. */
const mostAheadMs = 86_400_000

const text = (most: number) => z.string().max(most)

/** Labels and annotations; Prometheus itself sets no limit, so these are far beyond what anyone writes. */
export const texts = z
  .record(text(512), text(16_384))
  .refine((record) => Object.keys(record).length <= 128, { error: 'expected at most 128 entries' })

/** A time of an alert. Go's zero time, year 1, stands for "not known". */
export const time = z.iso.datetime({ offset: true })

/** When an alert began. */
export const startTime = time.refine((iso) => isKnown(Date.parse(iso), Date.now()), {
  error: 'expected a time since the year 2000 that has passed',
})

/**
 * Whether an alert can have this time. An episode with a start or end years ahead would be open until then, or would
 * cover every alert until then.
 */
export function isKnown(time: number, now: number): boolean {
  return time >= Date.UTC(2000, 0) && time <= now + mostAheadMs
}
