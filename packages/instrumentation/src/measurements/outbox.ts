import { sleep } from '../guards/sleep.js'
import { type QueuedRecord, type RecordQueueBounds, recordQueue } from './record-queue.js'
import { refusedBecause, type SendOutcome } from './send-outcome.js'

/** Records waiting to be sent, within bounds. */
export interface Outbox {
  /** Takes a record; when it is full, the oldest samples are dropped, and breaches after them. */
  add(record: QueuedRecord): void
  /** Sends what there is for as long as it may take, drops what is left, and ends. */
  stop(): Promise<void>
}

export interface OutboxOptions {
  /** Sends records in JSON. Never rejects. */
  readonly send: (records: readonly string[], signal: AbortSignal) => Promise<SendOutcome>
  /** Hears of records that are given up, and why, as a sentence that says what to do. */
  readonly dropped: (count: number, why: string) => void
  /** @default outboxBounds */
  readonly bounds?: RecordQueueBounds
  /**
   * Milliseconds from the first record to its batch.
   * @default 1_000
   */
  readonly lingerMilliseconds?: number
  /**
   * Milliseconds that the last sending may take when the service ends.
   * @default 5_000
   */
  readonly farewellMilliseconds?: number
}

/** What waits and is under way at the most; in memory, JSON takes up to twice its bytes. */
export const outboxBounds: RecordQueueBounds = { records: 10_000, bytes: 16 * 1_024 * 1_024 }

/** One request: as many records as exporters of OpenTelemetry send at once, and half of what proxies let pass. */
const batchSize = 512
const batchBytes = 512 * 1_024

const longestPause = 30_000
/** A receiver that asks for time gets no more than this: what waits is bounded, and would be lost meanwhile. */
const longestAskedPause = 5 * 60_000
/** Milliseconds between two tries when the service ends, where time is short. */
const farewellPause = { shortest: 100, longest: 1_000 }

/** Gathers records into batches, sends one batch at a time, and waits longer after each failure. */
export function outbox({
  send,
  dropped,
  bounds = outboxBounds,
  lingerMilliseconds = 1_000,
  farewellMilliseconds = 5_000,
}: OutboxOptions): Outbox {
  const queue = recordQueue(bounds, (count) =>
    dropped(count, 'More wait than the outbox holds. Check that the recorder runs and is reached.'),
  )
  let timer: NodeJS.Timeout | undefined
  let sending: Promise<unknown> | undefined
  let pause = lingerMilliseconds
  let mostBytes = batchBytes
  let ending = false
  const gaveUp = new AbortController()

  function schedule(): void {
    if (timer !== undefined || sending !== undefined || queue.waiting() === 0 || ending) return
    timer = setTimeout(() => {
      timer = undefined
      sending = sendBatch().finally(() => {
        sending = undefined
        schedule()
      })
    }, pause)
    timer.unref()
  }

  /** @returns whether the recorder answered, whatever it said */
  async function sendBatch(): Promise<boolean> {
    const batch = queue.take(batchSize, mostBytes)
    const outcome = await send(
      batch.map(({ json }) => json),
      gaveUp.signal,
    )
    if (outcome.kind === 'unavailable') {
      queue.putBack(batch)
      pause = Math.min(Math.max(pause, lingerMilliseconds) * 2, longestPause)
      const { retryAfter = 0 } = outcome
      pause = Math.max(pause, Math.min(retryAfter, longestAskedPause))
      return false
    }
    if (outcome.kind === 'too_large' && batch.length > 1) {
      // Whoever stands between takes less than is sent at once; what follows goes in smaller batches, too.
      mostBytes = Math.floor(batch.reduce((sum, { bytes }) => sum + bytes, 0) / 2)
      queue.putBack(batch)
    } else {
      queue.settle(batch)
      const lost = outcome.kind === 'stored' ? Math.min(outcome.rejected, batch.length) : batch.length
      if (lost > 0) dropped(lost, refusedBecause(outcome))
    }
    pause = queue.waiting() > 0 ? 0 : lingerMilliseconds
    return true
  }

  return {
    add(record) {
      if (ending) return
      queue.add(record)
      schedule()
    },
    async stop() {
      ending = true
      clearTimeout(timer)
      const deadline = setTimeout(() => gaveUp.abort(), farewellMilliseconds)
      await sending
      let wait = farewellPause.shortest
      while (queue.waiting() > 0 && !gaveUp.signal.aborted) {
        if (await sendBatch()) continue
        await sleep(wait, gaveUp.signal)
        wait = Math.min(wait * 2, farewellPause.longest)
      }
      clearTimeout(deadline)
      gaveUp.abort()
      const left = queue.take(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)
      queue.settle(left)
      if (left.length > 0) {
        dropped(
          left.length,
          'The service ended before the recorder took them. Check that the recorder runs and is reached.',
        )
      }
    },
  }
}
