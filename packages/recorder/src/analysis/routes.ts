import type { Config } from '@mnemoscope/kpi'
import { Hono } from 'hono'
import type pg from 'pg'
import { readParameters } from '../http/parameters.js'
import { queries } from '../http/queries.js'
import { changePoints, compareMeasurements, compareModels, compareWeeks } from './compare.js'

/** `GET /api/analysis/models`, `/weeks` and `/changes`: questions about longer times. */
export function analysisRoutes({ pool, config }: { pool: pg.Pool; config: Config }): Hono {
  const routes = new Hono()
  const kpiIds = () => Object.keys(config.kpis)
  routes.get('/api/analysis/models', async (context) => {
    const { scope, kpi } = readParameters(context, queries.analysis(kpiIds()))
    const [models, measurements] = await Promise.all([
      compareModels(pool, config.kpis, scope, kpi),
      compareMeasurements(pool, scope, kpi),
    ])
    return context.json({ models, measurements })
  })
  routes.get('/api/analysis/weeks', async (context) => {
    const { scope, kpi } = readParameters(context, queries.analysis(kpiIds()))
    return context.json({ weeks: await compareWeeks(pool, config.kpis, scope, kpi) })
  })
  routes.get('/api/analysis/changes', async (context) => {
    const { scope, kpi } = readParameters(context, queries.analysis(kpiIds()))
    return context.json({ changes: await changePoints(pool, config.kpis, scope, kpi) })
  })
  return routes
}
