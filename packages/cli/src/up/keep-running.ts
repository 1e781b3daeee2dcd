import type { ServerProcess } from '@mnemoscope/servers'
import { type Progress, Stopped } from './progress.js'

/** Events of a part that is kept running. */
export interface PartEvents {
  readonly restarting: (name: string, why: string, delayMs: number) => void
  readonly restarted: (name: string, pid: number) => void
}

/** A part of the pipeline. It starts again when it ends by itself. */
export interface KeptPart {
  readonly name: string
  pid(): number
  /** Stops it without another start. */
  stop(): Promise<void>
}

/** A part that ran this long was healthy: its next failure counts as the first. */
const healthyAfterMs = 60_000

/** Wait before a restart: 1 s after the first failure in a row, doubled for each one after it, at most 30 s. */
export function restartDelayMs(failuresInARow: number): number {
  return Math.min(30_000, 1_000 * 2 ** (failuresInARow - 1))
}

/**
 * Starts a part and keeps it running.
 * @throws what `start` throws at the first start; later failures are events, and the start is tried again
 */
export async function keepRunning(
  name: string,
  start: () => Promise<ServerProcess>,
  events: PartEvents,
): Promise<KeptPart> {
  let server = await start()
  let stopped = false
  let wake = () => {}

  const watch = async () => {
    let failures = 0
    let startedAt = Date.now()
    let why = ''
    while (!stopped) {
      const { code, signal } = await server.exited
      if (stopped) return
      why = signal === null ? `ended with code ${code}` : `ended by ${signal}`
      for (let running = false; !running && !stopped; ) {
        failures = Date.now() - startedAt > healthyAfterMs ? 1 : failures + 1
        const delay = restartDelayMs(failures)
        events.restarting(name, why, delay)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, delay)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
        if (stopped) return
        startedAt = Date.now()
        try {
          server = await start()
          running = true
        } catch (error) {
          why = error instanceof Error ? error.message : String(error)
        }
      }
      if (stopped) return server.stop()
      events.restarted(name, server.pid)
    }
  }
  const watching = watch()

  return {
    name,
    pid: () => server.pid,
    stop: async () => {
      stopped = true
      wake()
      await server.stop()
      await watching
    },
  }
}

/**
 * Shows when a part is started again.
 * @param saveRunFile called after each restart; if it throws, as on a full disk, the parts keep running and a note says so
 */
export function partEvents(progress: Pick<Progress, 'note'>, saveRunFile: () => void): PartEvents {
  return {
    restarting: (name, why, delayMs) =>
      progress.note(`  ! ${name} ${why}; starting it again in ${delayMs / 1_000} s`),
    restarted: (name, pid) => {
      progress.note(`  ✓ ${name} runs again (process ${pid})`)
      try {
        saveRunFile()
      } catch (error) {
        progress.note(`  ! .mnemoscope/run.json still has the old process id: ${(error as Error).message}`)
      }
    },
  }
}

/**
 * Waits for parts that start at the same time. The first failure aborts `failure` at once, so that nothing else starts.
 * It is thrown when no part is still starting, so that the caller can stop those that run.
 */
export async function together<T extends readonly unknown[]>(
  starting: readonly [...{ [K in keyof T]: Promise<T[K]> }],
  failure: AbortController,
): Promise<T> {
  for (const each of starting) each.catch((reason: unknown) => failure.abort(reason))
  const results = await Promise.allSettled(starting)
  if (results.some(({ status }) => status === 'rejected')) throw failure.signal.reason
  return (await Promise.all(starting)) as unknown as T
}

/** Waits for work that starts no process and that nothing else can stop, such as a download, until the signal is aborted. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  work.catch(() => {})
  if (signal.aborted) throw new Stopped()
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Stopped()), { once: true })
  })
  return Promise.race([work, aborted])
}
