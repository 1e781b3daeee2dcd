import type { LogRecord } from './log-record.js'

/** Records waiting to be sent, within bounds. */
export interface Outbox {
  /** Takes a record; the oldest are dropped when it is full. */
  add(record: LogRecord): void
  /** Sends what there is, gives up what can't be sent by the deadline, and ends. */
  stop(): Promise<void>
}

export interface OutboxOptions {
  /** Sends a batch; false means "try again later". Never rejects. */
  readonly send: (records: readonly LogRecord[], signal: AbortSignal) => Promise<boolean>
  readonly dropped: (count: number) => void
  /**
   * Milliseconds from the first record to its batch.
   * @default 1_000
   */
  readonly lingerMilliseconds?: number
}

/** Records that wait at the most; at a kilobyte each this is ten megabytes. */
export const outboxCapacity = 10_000

const batchSize = 512
const longestPause = 30_000
/** How long the last sending may take when the service ends. */
const farewell = 5_000

/** Gathers records into batches, sends one batch at a time, and waits longer after each failure. */
export function outbox({ send, dropped, lingerMilliseconds = 1_000 }: OutboxOptions): Outbox {
  let waiting: LogRecord[] = []
  let timer: NodeJS.Timeout | undefined
  let sending: Promise<void> | undefined
  let pause = lingerMilliseconds
  const ending = new AbortController()

  function schedule(): void {
    if (timer !== undefined || sending !== undefined || waiting.length === 0 || ending.signal.aborted) return
    timer = setTimeout(() => {
      timer = undefined
      sending = sendBatch().finally(() => {
        sending = undefined
        schedule()
      })
    }, pause)
    timer.unref()
  }

  async function sendBatch(): Promise<void> {
    const batch = waiting.slice(0, batchSize)
    waiting = waiting.slice(batchSize)
    if (await send(batch, ending.signal)) {
      pause = waiting.length > 0 ? 0 : lingerMilliseconds
      return
    }
    pause = Math.min(Math.max(pause, lingerMilliseconds) * 2, longestPause)
    // Back to the front, unless newer ones need the room.
    waiting = [...batch, ...waiting]
    dropExcess()
  }

  function dropExcess(): void {
    const excess = waiting.length - outboxCapacity
    if (excess <= 0) return
    waiting.splice(0, excess)
    dropped(excess)
  }

  return {
    add(record) {
      if (ending.signal.aborted) return
      waiting.push(record)
      dropExcess()
      schedule()
    },
    async stop() {
      clearTimeout(timer)
      const deadline = setTimeout(() => ending.abort(), farewell)
      await sending
      while (waiting.length > 0 && !ending.signal.aborted) {
        const before = waiting.length
        await sendBatch()
        if (waiting.length >= before) break
      }
      clearTimeout(deadline)
      clearTimeout(timer)
      ending.abort()
      if (waiting.length > 0) dropped(waiting.length)
      waiting = []
    },
  }
}
