import { MnemoscopeError } from '@mnemoscope/kpi'
import type { MiddlewareHandler } from 'hono'

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

/**
 * Counts the body of a request towards a budget until it is answered: what it says of its length before it is read,
 * or else what has arrived.
 * @throws MnemoscopeError RECORDER_BUSY
 */
export function withinBudget(budget: Budget, mostBytes: number): MiddlewareHandler {
  return async (context, next) => {
    let taken = 0
    const take = (bytes: number) => {
      budget.take(bytes)
      taken += bytes
    }
    const { headers } = context.req.raw
    const length = Number(headers.get('content-length') ?? Number.NaN)
    try {
      if (Number.isFinite(length) && !headers.has('transfer-encoding')) {
        // What is too large is refused as such, and not read.
        if (length <= mostBytes) take(length)
      } else if (context.req.raw.body !== null) {
        const counted = new TransformStream<Uint8Array, Uint8Array>({
          transform(chunk, controller) {
            take(chunk.length)
            controller.enqueue(chunk)
          },
        })
        const body = context.req.raw.body.pipeThrough(counted)
        context.req.raw = new Request(context.req.raw, { body, duplex: 'half' })
      }
      await next()
    } finally {
      budget.give(taken)
    }
  }
}
