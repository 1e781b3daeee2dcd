import type { Config } from '@mnemoscope/kpi'
import type pg from 'pg'
import { z } from 'zod'
import { askedService, scopeOf, scopeQuery } from '../http/query.js'
import { route } from '../http/route.js'
import {
  changePoint,
  changePoints,
  compareMeasurements,
  compareModels,
  compareWeeks,
  measurementFigures,
  modelFigures,
  weekFigures,
} from './compare.js'

const query = (kpiIds: readonly string[]) => ({ ...scopeQuery, kpi: z.enum(kpiIds).optional() })

export interface Needs {
  readonly readers: pg.Pool
  readonly config: Pick<Config, 'kpis'>
}

/** Questions about longer times; `mnemoscope compare` asks them. */
export const analysisRoutes = [
  route({
    method: 'GET',
    path: '/api/analysis/models',
    summary:
      'Models side by side from snapshots; and from kept measurements (a sample, and every breach) with operations, evaluators and structures apart.',
    access: 'read',
    query,
    answer: z.strictObject({ models: z.array(modelFigures), measurements: z.array(measurementFigures) }),
    services: askedService,
    async handle({ query }, { readers, config }: Needs) {
      const scope = scopeOf(query)
      const [models, measurements] = await Promise.all([
        compareModels(readers, config.kpis, scope, query.kpi),
        compareMeasurements(readers, scope, query.kpi),
      ])
      return { models, measurements }
    },
  }),
  route({
    method: 'GET',
    path: '/api/analysis/weeks',
    summary: 'A window beside the same window a week earlier; hours=168 for week against week.',
    access: 'read',
    query,
    example: { query: { hours: 168 } },
    answer: z.strictObject({ weeks: z.array(weekFigures) }),
    services: askedService,
    async handle({ query }, { readers, config }: Needs) {
      return { weeks: await compareWeeks(readers, config.kpis, scopeOf(query), query.kpi) }
    },
  }),
  route({
    method: 'GET',
    path: '/api/analysis/changes',
    summary: 'When KPIs changed for good: change points of hourly means, in windows of 16 hours and more.',
    access: 'read',
    query,
    example: { query: { hours: 168 } },
    answer: z.strictObject({ changes: z.array(changePoint) }),
    services: askedService,
    async handle({ query }, { readers, config }: Needs) {
      return { changes: await changePoints(readers, config.kpis, scopeOf(query), query.kpi) }
    },
  }),
] as const
