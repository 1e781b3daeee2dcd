import * as z from 'zod'

const unitSeconds = { ms: 0.001, s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800, y: 31_536_000 } as const

/** Prometheus durations: units descending, each at most once. https://prometheus.io/docs/prometheus/latest/querying/basics/#float-literals-and-time-durations */
export const durationPattern = /^(?=\d)(?:\d+y)?(?:\d+w)?(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?(?:\d+ms)?$/

/**
 * Seconds of a Prometheus duration: `'1h30m'` is 5400.
 * @throws RangeError if the text is not such a duration.
 */
export function durationSeconds(duration: string): number {
  if (!durationPattern.test(duration)) {
    throw new RangeError(`${JSON.stringify(duration)} is not a Prometheus duration such as "30s" or "1h30m"`)
  }
  let seconds = 0
  for (const [, amount, unit] of duration.matchAll(/(\d+)(ms|[smhdwy])/g)) {
    seconds += Number(amount) * unitSeconds[unit as keyof typeof unitSeconds]
  }
  return seconds
}

/** Seconds as a Prometheus duration, which has no fractions: `'31500ms'`. */
export function durationText(seconds: number): string {
  return Number.isInteger(seconds) ? `${seconds}s` : `${Math.round(seconds * 1_000)}ms`
}

/** Prometheus and Alertmanager count nanoseconds in 64 bits, and refuse what does not fit: 292 years. */
const longest = '100y'

/** A Prometheus duration of at least a second: `'30s'`, `'1h30m'`. */
export const duration = z.string().refine((text) => isBetween('1s', text, longest), {
  error: `expected a Prometheus duration of at least one second, such as "30s" or "1h30m", and at most "${longest}"`,
})

/** A duration for a timer: those of Node fire at once if they get more than 24 days. */
export const timerDuration = duration.refine((text) => isBetween('1s', text, '1d'), {
  error: 'expected at most "1d"',
})

/** A Prometheus duration that may be `'0s'`. */
export const durationOrZero = z.string().refine((text) => isBetween('0s', text, longest), {
  error: `expected a Prometheus duration such as "0s" or "5m", at most "${longest}"`,
})

function isBetween(least: string, text: string, most: string): boolean {
  if (!durationPattern.test(text)) return false
  const seconds = durationSeconds(text)
  return seconds >= durationSeconds(least) && seconds <= durationSeconds(most)
}
