import { names } from '@mnemoscope/kpi'
import { Counter, Gauge, type Registry } from 'prom-client'

/** Work that repeats until it is stopped, and counts its failures. */
export interface Loop {
  /** When a run last ended well; undefined before the first. */
  readonly lastHealthyAt: Date | undefined
  /** Runs that failed since the start. */
  readonly failures: number
  /** Ends the loop, after the run that is under way. */
  stop(): Promise<void>
}

export interface LoopOptions {
  /** Unix time in ms of the run after `now`. */
  readonly next: (now: number) => number
  readonly run: () => Promise<void>
  /** A run that throws ends neither the loop nor the process. */
  readonly onError: (error: unknown) => void
}

/** Timers beyond 2^31 ms fire at once, and a long timer does not see the clock being set. */
const longestSleepMs = 10_000

/** Runs at once and then at every `next` time, one run after another. */
export function startLoop({ next, run, onError }: LoopOptions): Loop {
  let lastHealthyAt: Date | undefined
  let failures = 0
  let timer: NodeJS.Timeout | undefined
  let wake = () => {}
  let stopped = false

  async function sleepUntil(time: number): Promise<void> {
    let due = time
    while (!stopped && Date.now() < due) {
      await new Promise<void>((resolve) => {
        wake = resolve
        timer = setTimeout(resolve, Math.min(due - Date.now(), longestSleepMs))
      })
      // If the clock was set back, the loop would sleep until the old time comes again.
      due = Math.min(due, next(Date.now()))
    }
  }

  async function repeat(): Promise<void> {
    while (!stopped) {
      const started = Date.now()
      try {
        await run()
        lastHealthyAt = new Date()
      } catch (error) {
        failures++
        onError(error)
      }
      await sleepUntil(next(Math.max(started, Date.now())))
    }
  }

  const done = repeat()
  return {
    get lastHealthyAt() {
      return lastHealthyAt
    },
    get failures() {
      return failures
    },
    async stop() {
      stopped = true
      clearTimeout(timer)
      wake()
      await done
    },
  }
}

/** A loop with the labels of its metrics. */
export interface NamedLoop<Shown = Pick<Loop, 'lastHealthyAt' | 'failures'>> {
  /** Kind of work: `snapshots`, `backfill`, `roll_ups`, … */
  readonly work: string
  /** Name of the alert handler, where the work is deliveries. */
  readonly handler?: string
  readonly loop: Shown
}

/**
 * Shows in a registry when each kind of work last ended well, and how often it failed. Until it has ended well once,
 * its time is the recorder's start: 0 would look like half a century late, and no value like no work.
 */
export function showLoops(registry: Registry, loops: readonly NamedLoop[], startedAt: Date): void {
  const labelNames = ['work', 'handler']
  const registers = [registry]
  const labelled = loops.map(({ work, handler, loop }) => ({
    labels: { work, ...(handler === undefined ? {} : { handler }) },
    loop,
  }))
  new Gauge({
    name: names.recorderMetric.lastHealthy,
    help: 'When each kind of work last ended well, as Unix time; until the first time, when the recorder started.',
    labelNames,
    registers,
    collect() {
      for (const { labels, loop } of labelled) {
        this.set(labels, (loop.lastHealthyAt ?? startedAt).getTime() / 1_000)
      }
    },
  })
  new Counter({
    name: names.recorderMetric.workFailures,
    help: 'Runs of each kind of work that failed; later runs do what they left undone.',
    labelNames,
    registers,
    collect() {
      this.reset()
      for (const { labels, loop } of labelled) this.inc(labels, loop.failures)
    },
  })
}
