import type { Stream } from './story.js'

/** An uninterrupted time in which an alert fired, in seconds from the beginning of the story. */
export interface Fired {
  readonly model: string
  readonly severity: string
  readonly from: number
  /** Last evaluation at which it fired. */
  readonly to: number
}

/** What became of one stream's alerts. */
export interface Verdict {
  readonly seeded: number
  readonly raised: number
  /** Never raised, though it had to be. */
  readonly missed: number
  /** Raised where nothing was seeded. */
  readonly falseAlarms: number
  /** Raised again within one seeded span. */
  readonly flaps: number
  /** Still firing at the end of the story. */
  readonly unresolved: number
}

/**
 * Compares what fired with what was seeded.
 * @param slack seconds after a seeded span in which its alert may begin: what is remembered of it
 * @param end seconds at which the story ended
 */
export function verdictOf(
  stream: Stream,
  fired: readonly Fired[],
  { slack, end }: { slack: number; end: number },
): Verdict {
  const own = fired.filter(({ model }) => model === stream.model)
  const wanted = begins(stream, slack).flatMap((span) =>
    stream.levels.map((severity) => ({ ...span, severity })),
  )
  const counts = wanted.map(
    ({ from, to, severity }) =>
      own.filter((each) => each.severity === severity && each.from >= from && each.from <= to).length,
  )
  const matched = counts.reduce((sum, count) => sum + count, 0)
  return {
    seeded: wanted.length,
    raised: own.length,
    missed: stream.mustAlert ? counts.filter((count) => count === 0).length : 0,
    falseAlarms: own.length - matched,
    flaps: counts.reduce((sum, count) => sum + Math.max(0, count - 1), 0),
    unresolved: own.filter(({ to }) => to >= end - 2).length,
  }
}

/** When alerts of each seeded span may begin: within it, and for `slack` seconds after it, but before the next one. */
export function begins(
  { expected }: Pick<Stream, 'expected'>,
  slack: number,
): { readonly from: number; readonly to: number }[] {
  return expected.map(({ from, to }, i) => ({
    from,
    to: Math.min(to + slack, expected[i + 1]?.from ?? Number.POSITIVE_INFINITY),
  }))
}

/** Runs of consecutive evaluations, from the times at which an alert was stored as firing. */
export function runs(times: readonly number[], interval: number): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = []
  for (const at of times) {
    const last = found.at(-1)
    if (last !== undefined && at - last.to <= 1.5 * interval) last.to = at
    else found.push({ from: at, to: at })
  }
  return found
}
