import { sleep } from './timers.js'

/**
 * Calls a function of the application, and waits for its result. Does not keep the process alive.
 * @throws what it throws; Error after the time; the signal's reason when it is aborted
 */
export async function inTime<Result>(
  run: (signal: AbortSignal) => Promise<Result> | Result,
  milliseconds: number,
  stopped: AbortSignal,
): Promise<Result> {
  const waiting = new AbortController()
  const answered = new AbortController()
  const signal = AbortSignal.any([waiting.signal, stopped])
  void sleep(milliseconds, answered.signal).then(() => {
    if (!answered.signal.aborted) waiting.abort(new Error(`no answer within ${milliseconds} ms`))
  })
  try {
    return await new Promise<Result>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      if (signal.aborted) reject(signal.reason)
      // A synchronous throw becomes a rejection.
      else
        Promise.resolve()
          .then(() => run(signal))
          .then(resolve, reject)
    })
  } finally {
    answered.abort()
  }
}
