/**
 * A server that is started again whenever it ends, as `mnemoscope up` or an orchestrator does.
 * @param {string} name
 * @param {() => Promise<import('@mnemoscope/servers').ServerProcess>} start
 */
export async function keep(name, start) {
  /** Of every start, Unix ms: when the server before it had ended, when it began, and when the server was ready. */
  const starts = []
  let endedAt = Date.now()
  const startTold = async () => {
    const begunAt = Date.now()
    const started = await start()
    starts.push({ endedAt, begunAt, readyAt: Date.now() })
    return started
  }
  let server = await startTold()
  let isStopped = false
  let mayStart = Promise.resolve()
  /** Unasked ends and failed starts, for the report. */
  let failures = 0

  const watching = (async () => {
    while (!isStopped) {
      const { requested } = await server.exited
      endedAt = Date.now()
      if (!requested) failures++
      await mayStart
      for (let isUp = false; !isUp && !isStopped; ) {
        try {
          server = await startTold()
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
    get server() {
      return server
    },
    /** kill -9; it is started again after `downMs`. */
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
