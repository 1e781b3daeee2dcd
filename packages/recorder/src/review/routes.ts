import type { Config } from '@mnemoscope/kpi'
import type pg from 'pg'
import { z } from 'zod'
import { askedService, scopeOf, scopeQuery } from '../http/query.js'
import { route } from '../http/route.js'
import { neverCrossed, neverCrossedAnswer } from './never-crossed.js'
import { isTimeZone, localTime } from './night.js'
import { extremesIn, firedIn, outcomesIn } from './outcomes.js'
import {
  dayAnswer,
  figuresAnswer,
  figuresOf,
  reviewedAlertAnswer,
  reviewedAlerts,
  reviewedDays,
} from './review.js'

export interface Needs {
  readonly readers: pg.Pool
  readonly config: Pick<Config, 'kpis'>
}

export const reviewRoutes = [
  route({
    method: 'GET',
    path: '/api/alerts/review',
    summary:
      'Whether alerts deserve their name: of those that began from `from` to before `to`, how people rated them, and how long it took to notice, to acknowledge and to recover.',
    access: 'read',
    services: askedService,
    query: {
      ...scopeQuery,
      time_zone: z
        .string()
        .max(64)
        .refine(isTimeZone, { error: 'expected a time zone such as "Europe/Berlin" or "UTC"' })
        .default('UTC')
        .describe('Where people sleep and days begin: a name of the IANA database.'),
    },
    answer: z.strictObject({
      from: z.number().describe('Unix seconds.'),
      to: z.number(),
      time_zone: z.string(),
      total: figuresAnswer,
      alerts: z
        .array(reviewedAlertAnswer)
        .describe('Each rule at each place, those with the most episodes first.'),
      days: z.array(dayAnswer).describe('Days of the time zone on which any began, oldest first.'),
      never_crossed: z
        .array(neverCrossedAnswer)
        .describe(
          'Thresholds of today that no alert and no snapshot of this time crossed, wherever there were values.',
        ),
    }),
    async handle({ query }, { readers, config }: Needs) {
      const scope = scopeOf(query)
      const local = localTime(query.time_zone)
      const [outcomes, extremes, fired] = await Promise.all([
        outcomesIn(readers, scope),
        extremesIn(readers, scope),
        firedIn(readers, scope),
      ])
      return {
        from: scope.from.getTime() / 1_000,
        to: scope.to.getTime() / 1_000,
        time_zone: query.time_zone,
        total: figuresOf(outcomes, local),
        alerts: reviewedAlerts(outcomes, local),
        days: reviewedDays(outcomes, local),
        never_crossed: neverCrossed(config.kpis, extremes, fired),
      }
    },
  }),
] as const
