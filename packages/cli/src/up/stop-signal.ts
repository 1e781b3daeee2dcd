/** Ctrl-C, a termination signal, or the terminal closing. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Aborted by the first signal that asks this process to stop. A second signal ends it at once; then the guardians stop
 * its servers.
 */
export function stopSignal(onFirst: () => void): AbortSignal {
  const controller = new AbortController()
  const stop = () => {
    if (controller.signal.aborted) process.exit(130)
    onFirst()
    controller.abort()
  }
  for (const signal of signals) process.on(signal, stop)
  return controller.signal
}

/** Resolves when the signal is aborted, or at once if it already is. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
