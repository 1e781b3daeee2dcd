/** Work that repeats until it is stopped, and knows how it is doing. */
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
      // A clock that was set back would have the loop sleep for as long as it was ahead.
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
