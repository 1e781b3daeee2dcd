import type { ServerProcess } from '@mnemoscope/servers'

/** What is told of a part while it is kept running. */
export interface PartEvents {
  readonly restarting: (name: string, why: string, delayMs: number) => void
  readonly restarted: (name: string, pid: number) => void
}

/** A part of the pipeline that is started again when it ends by itself. */
export interface KeptPart {
  readonly name: string
  pid(): number
  /** Ends it for good. */
  stop(): Promise<void>
}

/** A part that ran this long is healthy: its next end is a first failure again. */
const healthyAfterMs = 60_000

/** Wait before a restart: 1 s after the first failure in a row, doubled for each further one, 30 s at most. */
export function restartDelayMs(failuresInARow: number): number {
  return Math.min(30_000, 1_000 * 2 ** (failuresInARow - 1))
}

/**
 * Starts a part and keeps it running.
 * @throws what `start` throws at the first start; later failures are told as events and tried again
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
