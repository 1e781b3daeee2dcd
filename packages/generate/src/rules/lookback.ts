import { durationSeconds } from '@mnemoscope/kpi'

/**
 * Prometheus shows a sample for 5 minutes: what is recorded less often than this would be gone for a while before each
 * evaluation, from charts and from snapshots alike.
 */
export const longestInterval = '4m'

/** The interval of a group, as short as its series need it to last from one evaluation to the next. */
export function withinLookback(interval: string): string {
  return durationSeconds(interval) > durationSeconds(longestInterval) ? longestInterval : interval
}
