import type { EncodedRecord } from './log-record.js'

/** A record that waits to be sent. */
export interface QueuedRecord extends EncodedRecord {
  /** Whether it breaches a threshold: where there is no room for all, the others go first. */
  readonly breach: boolean
}

/** Records that wait or are under way, within bounds. */
export interface RecordQueue {
  /** Takes a record. Where it is too much, the oldest samples are dropped, and breaches only after the last of them. */
  add(record: QueuedRecord): void
  /**
   * The next records to send, breaches first: at least one, and as many more as fit. They count until they are
   * settled.
   */
  take(most: number, mostBytes: number): QueuedRecord[]
  /** Has records that were taken wait again, as the oldest ones. */
  putBack(records: readonly QueuedRecord[]): void
  /** Forgets records that were taken. */
  settle(records: readonly QueuedRecord[]): void
  /** Records that wait, without those that were taken. */
  waiting(): number
}

export interface RecordQueueBounds {
  readonly records: number
  /** Of all JSON texts in UTF-8; in memory a text takes at most twice as much. */
  readonly bytes: number
}

/** @param dropped called with the number of records that there was no room for */
export function recordQueue(bounds: RecordQueueBounds, dropped: (count: number) => void): RecordQueue {
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
