import { z } from 'zod'
import { durationPattern, durationSeconds } from '../duration.js'

/** A Prometheus duration of at least a second: `'30s'`, `'1h30m'`. */
export const duration = z
  .string()
  .refine((text) => durationPattern.test(text) && durationSeconds(text) >= 1, {
    error: 'expected a Prometheus duration of at least one second, such as "30s" or "1h30m"',
  })

/** A Prometheus duration that may be `'0s'`. */
export const durationOrZero = z.string().refine((text) => durationPattern.test(text), {
  error: 'expected a Prometheus duration such as "0s" or "5m"',
})
