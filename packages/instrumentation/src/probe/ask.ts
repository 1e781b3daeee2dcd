import { sleep } from '../guards/sleep.js'
import type { ProbeOptions } from './probe-options.js'

/** Asks one question, and waits no longer than allowed. Rejects when the system throws, hangs or is given up. */
export async function ask(
  retrieve: ProbeOptions['retrieve'],
  question: string,
  timeoutMilliseconds: number,
  stopped: AbortSignal,
): Promise<readonly string[]> {
  const waiting = new AbortController()
  const answered = new AbortController()
  const signal = AbortSignal.any([waiting.signal, stopped])
  void sleep(timeoutMilliseconds, answered.signal).then(() => {
    if (!answered.signal.aborted) waiting.abort(new Error(`no answer within ${timeoutMilliseconds} ms`))
  })
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
    answered.abort()
  }
}
