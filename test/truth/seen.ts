import { evaluationInterval } from './judge.js'
import type { Minutes, Operation } from './operations.js'
import type { Pattern } from './pattern.js'

/** An operation, and the evaluation that saw it. */
export interface SeenOperation extends Operation {
  /** Seconds since the pattern began. */
  readonly seenAt: number
}

/**
 * The operations that the rules could count, each once, in the order in which evaluations saw them: those that a scrape
 * has seen while their process lived. What a process did before Prometheus began is not among them.
 */
export function seenOperations({
  lives,
  minutes,
  scrapeInterval = 15,
  unscraped,
  unevaluated,
  lost = [],
}: Pattern): SeenOperation[] {
  const end = minutes * 60
  return lives
    .flatMap(({ operations, starts, ends = Number.POSITIVE_INFINITY, evicted = [] }) =>
      operations.flatMap((operation): SeenOperation[] => {
        const scrape = next(operation.at, scrapeInterval, unscraped)
        const isScraped =
          scrape < ends * 60 &&
          !covers(evicted, scrape) &&
          !covers(lost, operation.at) &&
          !(starts < 0 && operation.at <= 0)
        const seenAt = next(scrape, evaluationInterval, unevaluated)
        return isScraped && seenAt <= end ? [{ ...operation, seenAt }] : []
      }),
    )
    .sort((a, b) => a.seenAt - b.seenAt || a.at - b.at)
}

/** The next scrape or evaluation at or after a time. */
function next(second: number, interval: number, except: readonly Minutes[] = []): number {
  let found = Math.ceil(second / interval) * interval
  while (covers(except, found)) found += interval
  return found
}

/** Whether a time is in one of the spans. */
export function covers(spans: readonly Minutes[], second: number): boolean {
  return spans.some(([from, to]) => second >= from * 60 && second < to * 60)
}
