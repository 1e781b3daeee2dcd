import type { ServerProcess } from '@mnemoscope/servers'

/** A start of a server, Unix ms: when the server before it had ended, when the start began, when the server was ready. */
export interface ServerStart {
  readonly endedAt: number
  readonly begunAt: number
  readonly readyAt: number
}

export interface KeptServer {
  readonly name: string
  readonly starts: readonly ServerStart[]
  /** Ends that no fault caused, and failed starts. */
  readonly failures: () => number
  /** kill -9; it is started again after `downMs`. */
  killFor(downMs: number): Promise<void>
  stop(): Promise<void>
}

/** Starts a server, and starts it again whenever it ends, as `mnemoscope up` or an orchestrator does. */
export async function keep(name: string, start: () => Promise<ServerProcess>): Promise<KeptServer> {
  const starts: ServerStart[] = []
  let endedAt = Date.now()
  const startAndNote = async () => {
    const begunAt = Date.now()
    const started = await start()
    starts.push({ endedAt, begunAt, readyAt: Date.now() })
    return started
  }
  let server = await startAndNote()
  let isStopped = false
  let mayStart: Promise<unknown> = Promise.resolve()
  let failures = 0

  const watching = (async () => {
    while (!isStopped) {
      const { requested } = await server.exited
      endedAt = Date.now()
      if (!requested) failures++
      await mayStart
      for (let isUp = false; !isUp && !isStopped; ) {
        try {
          server = await startAndNote()
          isUp = true
        } catch {
          failures++
          await new Promise((resolve) => setTimeout(resolve, 500))
        }
      }
    }
  })()

  return {
    name,
    starts,
    failures: () => failures,
    async killFor(downMs) {
      mayStart = new Promise((resolve) => setTimeout(resolve, downMs))
      await server.kill()
      await mayStart
    },
    async stop() {
      isStopped = true
      await server.stop()
      await watching
      await server.stop()
    },
  }
}
