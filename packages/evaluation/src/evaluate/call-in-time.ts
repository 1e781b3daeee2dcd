/**
 * Calls a function of somebody else, and waits for its result, but no longer than a time.
 * @throws what it throws; Error when the time is over; the signal's reason when it is aborted
 */
export async function callInTime<Result>(
  call: (signal: AbortSignal) => Promise<Result> | Result,
  milliseconds: number,
  stopped: AbortSignal,
): Promise<Result> {
  stopped.throwIfAborted()
  const over = new AbortController()
  // It keeps the process alive: a memory that waits for nothing would otherwise end it without a word.
  const timer = setTimeout(
    () => over.abort(new Error(`no answer within ${milliseconds / 1_000} s`)),
    milliseconds,
  )
  const signal = AbortSignal.any([over.signal, stopped])
  try {
    return await new Promise<Result>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      Promise.resolve()
        .then(() => call(signal))
        .then(resolve, reject)
    })
  } finally {
    clearTimeout(timer)
  }
}
