import { z } from 'zod'
import { durationPattern, durationSeconds } from '../duration.js'

/** Prometheus and Alertmanager count nanoseconds in 64 bits, and refuse what does not fit: 292 years. */
const longest = '100y'

/** A Prometheus duration of at least a second: `'30s'`, `'1h30m'`. */
export const duration = z.string().refine((text) => isBetween('1s', text, longest), {
  error: `expected a Prometheus duration of at least one second, such as "30s" or "1h30m", and at most "${longest}"`,
})

/** One that a timer waits for: node's take no more than 24 days, and fire at once where they are given more. */
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
