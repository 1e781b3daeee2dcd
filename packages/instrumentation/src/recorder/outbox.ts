import { sleep } from '../guards/timers.js'
import type { EncodedRecord } from './log-record.js'
import { refusedBecause, type SendOutcome } from './send-logs.js'

/** Records that wait to be sent, within limits. */
export interface Outbox {
  /** Adds a record. A full outbox drops the oldest samples first, then the oldest breaches. */
  add(record: QueuedRecord): void
  /** Sends all records that wait, until the time limit or the first one that finds no receiver. */
  flush(): Promise<void>
  /** Sends all records until the time limit, drops the rest, and ends. */
  stop(): Promise<void>
}

export interface OutboxOptions {
  /** Sends records in JSON. Never rejects. */
  readonly send: (records: readonly string[], signal: AbortSignal) => Promise<SendOutcome>
  /** Called with the number of dropped records, and sentences with the reason and the next step. */
  readonly dropped: (count: number, why: string) => void
  /** @default outboxBounds */
  readonly bounds?: RecordQueueBounds
  /**
   * Milliseconds from the first record to its batch.
   * @default 1_000
   */
  readonly batchDelayMilliseconds?: number
  /**
   * Time limit of a flush, in milliseconds.
   * @default 5_000
   */
  readonly flushMilliseconds?: number
  /** Time limit of the last requests when the service ends, in milliseconds. */
  readonly stopMilliseconds: number
}

/** Limits of the records that wait or are being sent. In memory, JSON takes up to twice its bytes. */
export const outboxBounds: RecordQueueBounds = { records: 10_000, bytes: 16 * 1_024 * 1_024 }

/** Limits of one request: the default batch of OpenTelemetry exporters, and half of the usual 1 MiB of proxies. */
const batchSize = 512
const batchBytes = 512 * 1_024

const longestPause = 30_000
/** Limit of a receiver's `Retry-After`: the outbox is bounded, and would drop records in a longer pause. */
const longestAskedPause = 5 * 60_000
/** Milliseconds between two attempts when the service ends. */
const shutdownPause = { shortest: 100, longest: 1_000 }

/** Sends records in batches, one batch at a time, and waits longer after each failure. */
export function outbox({
  send,
  dropped,
  bounds = outboxBounds,
  batchDelayMilliseconds = 1_000,
  flushMilliseconds = 5_000,
  stopMilliseconds,
}: OutboxOptions): Outbox {
  const queue = recordQueue(bounds, (count) =>
    dropped(count, 'The outbox was full. Check that the recorder runs and can be reached.'),
  )
  let timer: NodeJS.Timeout | undefined
  let sending: Promise<unknown> | undefined
  let pause = batchDelayMilliseconds
  let mostBytes = batchBytes
  let ending = false
  const aborting = new AbortController()

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

  /** @returns whether the recorder answered, with success or a refusal */
  async function sendBatch(): Promise<boolean> {
    const batch = queue.take(batchSize, mostBytes)
    const outcome = await send(
      batch.map(({ json }) => json),
      aborting.signal,
    )
    if (outcome.kind === 'unavailable') {
      queue.putBack(batch)
      pause = Math.min(Math.max(pause, batchDelayMilliseconds) * 2, longestPause)
      const { retryAfter = 0 } = outcome
      pause = Math.max(pause, Math.min(retryAfter, longestAskedPause))
      return false
    }
    if (outcome.kind === 'too_large' && batch.length > 1) {
      // A proxy or the recorder accepts only smaller requests, also from now on.
      mostBytes = Math.floor(batch.reduce((sum, { bytes }) => sum + bytes, 0) / 2)
      queue.putBack(batch)
    } else {
      queue.settle(batch)
      const lost = outcome.kind === 'stored' ? Math.min(outcome.rejected, batch.length) : batch.length
      if (lost > 0) dropped(lost, refusedBecause(outcome))
    }
    pause = queue.waiting() > 0 ? 0 : batchDelayMilliseconds
    return true
  }

  async function sendWaiting(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    await sending
    while (!ending && queue.waiting() > 0) {
      const batch = sendBatch()
      sending = batch.finally(() => {
        sending = undefined
      })
      if (!(await batch)) break
    }
    schedule()
  }

  return {
    add(record) {
      if (ending) return
      queue.add(record)
      schedule()
    },
    flush: () => Promise.race([sendWaiting(), sleep(flushMilliseconds, aborting.signal)]),
    async stop() {
      ending = true
      clearTimeout(timer)
      const deadline = setTimeout(() => aborting.abort(), stopMilliseconds)
      await sending
      let wait = shutdownPause.shortest
      while (queue.waiting() > 0 && !aborting.signal.aborted) {
        if (await sendBatch()) continue
        await sleep(wait, aborting.signal)
        wait = Math.min(wait * 2, shutdownPause.longest)
      }
      clearTimeout(deadline)
      aborting.abort()
      const left = queue.take(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)
      queue.settle(left)
      if (left.length > 0) {
        dropped(
          left.length,
          'The service ended before the recorder accepted them. Check that the recorder runs and can be reached.',
        )
      }
    },
  }
}

/** A record that waits to be sent. */
export interface QueuedRecord extends EncodedRecord {
  /** Whether the measurement is a breach. Other records are dropped first. */
  readonly breach: boolean
}

/** Records that wait or are being sent, within limits. */
interface RecordQueue {
  /** Adds a record. A full queue drops the oldest samples first, then the oldest breaches. */
  add(record: QueuedRecord): void
  /**
   * Takes the next records, breaches first: at least one, and more within the limits. They count as held until they are
   * settled.
   */
  take(most: number, mostBytes: number): QueuedRecord[]
  /** Puts records that were taken back, as the oldest ones. */
  putBack(records: readonly QueuedRecord[]): void
  /** Removes records that were taken. */
  settle(records: readonly QueuedRecord[]): void
  /** Number of records that wait, without those that were taken. */
  waiting(): number
}

interface RecordQueueBounds {
  readonly records: number
  /** Length of all JSON texts in UTF-8. In memory, a text takes up to twice as much. */
  readonly bytes: number
}

/** @param dropped called with the number of dropped records */
function recordQueue(bounds: RecordQueueBounds, dropped: (count: number) => void): RecordQueue {
  let breaches: QueuedRecord[] = []
  let samples: QueuedRecord[] = []
  let held = 0
  let bytes = 0

  function forget(records: readonly QueuedRecord[]): void {
    held -= records.length
    for (const record of records) bytes -= record.bytes
  }

  return {
    add(record) {
      const queue = record.breach ? breaches : samples
      queue.push(record)
      held++
      bytes += record.bytes
      let excess = 0
      while (held > bounds.records || bytes > bounds.bytes) {
        const victim = samples.shift() ?? breaches.shift()
        if (victim === undefined) break
        forget([victim])
        excess++
      }
      if (excess > 0) dropped(excess)
    },
    take(most, mostBytes) {
      const taken: QueuedRecord[] = []
      let size = 0
      const fits = (record: QueuedRecord) =>
        taken.length === 0 || (taken.length < most && size + record.bytes <= mostBytes)
      for (const queue of [breaches, samples]) {
        let count = 0
        for (const record of queue) {
          if (!fits(record)) break
          taken.push(record)
          size += record.bytes
          count++
        }
        queue.splice(0, count)
        if (queue.length > 0) break
      }
      return taken
    },
    putBack(records) {
      breaches = [...records.filter(({ breach }) => breach), ...breaches]
      samples = [...records.filter(({ breach }) => !breach), ...samples]
    },
    settle: forget,
    waiting: () => breaches.length + samples.length,
  }
}
