import type { ProbeOptions } from './probe-options.js'

/** Asks one question, and waits no longer than allowed. Rejects when the system throws, hangs or is given up. */
export async function ask(
  retrieve: ProbeOptions['retrieve'],
  question: string,
  timeoutMilliseconds: number,
  stopped: AbortSignal,
): Promise<readonly string[]> {
  const waiting = new AbortController()
  const signal = AbortSignal.any([waiting.signal, stopped])
  const timer = setTimeout(
    () => waiting.abort(new Error(`no answer within ${timeoutMilliseconds} ms`)),
    timeoutMilliseconds,
  )
  timer.unref()
  try {
    return await new Promise<readonly string[]>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      if (signal.aborted) reject(signal.reason)
      // A system that throws at once is one that rejects.
      else
        Promise.resolve()
          .then(() => retrieve(question, { signal }))
          .then(resolve, reject)
    })
  } finally {
    clearTimeout(timer)
  }
}
