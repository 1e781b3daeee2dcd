import { longestTimer } from './longest-timer.js'

/**
 * Waits, however long, and at the most until the signal is aborted. Keeps no process alive.
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
          // A timer may fire a part of a millisecond early, which is no reason for another.
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
