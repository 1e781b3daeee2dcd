import { MnemoscopeError } from '@mnemoscope/kpi'

/** When a sender that was refused is to try again: most requests are served within a second. */
export const busyRetrySeconds = 5

/** Bytes of request bodies that may be held at a time, by all requests together. */
export interface Budget {
  /** @throws MnemoscopeError RECORDER_BUSY where that many are not left */
  take(bytes: number): void
  give(bytes: number): void
}

/** A budget of this many bytes: each body is within its own limit, and hundreds at once would not fit in memory. */
export function byteBudget(most: number): Budget {
  let left = most
  return {
    take(bytes) {
      if (bytes > left) {
        throw new MnemoscopeError('RECORDER_BUSY', 'the recorder holds as many requests as it can', {
          value: bytes,
          expected: `at most ${most} bytes of all requests together`,
          next: `Send it again in ${busyRetrySeconds} seconds.`,
        })
      }
      left -= bytes
    },
    give(bytes) {
      left += bytes
    },
  }
}
