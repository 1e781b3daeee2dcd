/**
 * Waits for any time, or until the signal is aborted. Does not keep the process alive.
 * @returns a promise that never rejects
 */
export function sleep(milliseconds: number, stopped: AbortSignal): Promise<void> {
  const due = performance.now() + milliseconds
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined
    const end = () => {
      clearTimeout(timer)
      stopped.removeEventListener('abort', end)
      resolve()
    }
    const wait = (left: number) => {
      timer = setTimeout(
        () => {
          const rest = due - performance.now()
          // A timer can fire a fraction of a millisecond early.
          if (rest < 1) end()
          else wait(rest)
        },
        Math.min(left, longestTimer),
      )
      timer.unref()
    }
    stopped.addEventListener('abort', end, { once: true })
    wait(milliseconds)
    if (stopped.aborted) end()
  })
}

/** The longest timer of Node, in milliseconds: it fires a longer one at once. */
export const longestTimer = 2 ** 31 - 1

/** Waits until `done` is called, but not longer. */
export function within(milliseconds: number, start: (done: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    start(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}
