const unitSeconds = { ms: 0.001, s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800, y: 31_536_000 } as const

/** Prometheus durations: units descending, each at most once. https://prometheus.io/docs/prometheus/latest/querying/basics/#float-literals-and-time-durations */
export const durationPattern = /^(?=\d)(?:\d+y)?(?:\d+w)?(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?(?:\d+ms)?$/

/**
 * Seconds of a Prometheus duration: `'1h30m'` is 5400.
 * @throws RangeError where the text is no such duration.
 */
export function durationSeconds(duration: string): number {
  if (!durationPattern.test(duration)) {
    throw new RangeError(`${JSON.stringify(duration)} is no Prometheus duration such as "30s" or "1h30m"`)
  }
  let seconds = 0
  for (const [, amount, unit] of duration.matchAll(/(\d+)(ms|[smhdwy])/g)) {
    seconds += Number(amount) * unitSeconds[unit as keyof typeof unitSeconds]
  }
  return seconds
}
