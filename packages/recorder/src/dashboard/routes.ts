import { type Config, durationSeconds } from '@mnemoscope/kpi'
import type pg from 'pg'
import { z } from 'zod'
import { askedService, limit, scopeOf, scopeQuery } from '../http/query.js'
import { route } from '../http/route.js'
import { charts, chartsAnswer } from './charts.js'
import { dashboardAnswer } from './dashboard.js'
import type { DashboardMemory } from './remember.js'
import { kpiSeries, kpiSeriesAnswer } from './series.js'

export interface Needs {
  readonly readers: pg.Pool
  readonly config: Config
}

export const dashboardRoutes = [
  route({
    method: 'GET',
    path: '/api/dashboard',
    summary: 'Summary, trends, models and alerts of a window, and what is open now.',
    access: 'read',
    query: scopeQuery,
    answer: dashboardAnswer,
    handle: ({ query }, { dashboards }: { readonly dashboards: DashboardMemory }) =>
      dashboards(scopeOf(query)),
  }),
  route({
    method: 'GET',
    path: '/api/charts',
    summary: 'Lines, alerts and gaps of every KPI, for charts.',
    access: 'read',
    query: { ...scopeQuery, limit: limit(50, 8).describe('Lines of one chart.') },
    answer: chartsAnswer,
    handle: ({ query }, { readers, config }: Needs) =>
      charts(readers, config.kpis, scopeOf(query), {
        intervalSeconds: durationSeconds(config.snapshotInterval),
        mostPoints: config.dashboard.maxDataPoints,
        mostSeries: query.limit,
      }),
  }),
  route({
    method: 'GET',
    path: '/api/series',
    summary: 'One KPI of each series, in equal steps.',
    access: 'read',
    query: (kpiIds: readonly string[]) => ({ ...scopeQuery, kpi: z.enum(kpiIds), limit: limit(100, 20) }),
    answer: kpiSeriesAnswer,
    services: askedService,
    example: { query: { kpi: 'f1_score' } },
    handle: ({ query }, { readers, config }: Needs) =>
      kpiSeries(readers, scopeOf(query), {
        kpi: query.kpi,
        intervalSeconds: durationSeconds(config.snapshotInterval),
        mostPoints: config.dashboard.maxDataPoints,
        mostSeries: query.limit,
      }),
  }),
] as const
