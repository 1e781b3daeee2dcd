import type { Config } from '@mnemoscope/kpi'
import type pg from 'pg'
import { z } from 'zod'
import { kpiOf } from '../config/source.js'
import { refuseUnknown } from '../episodes/routes.js'
import { askedService, episodeId, scopeOf, scopeQuery } from '../http/query.js'
import { route } from '../http/route.js'
import { behind, behindAnswer, nothingBehind } from './behind.js'
import { operationsOf } from './found.js'

export interface Needs {
  readonly readers: pg.Pool
  readonly config: Pick<Config, 'kpis' | 'endpoints'>
}

export const operationRoutes = [
  route({
    method: 'GET',
    path: '/api/episodes/{id}/operations',
    summary:
      'The operations behind an alert: the worst, the first, a typical one, others, and what differs between them.',
    access: 'read',
    params: { id: episodeId },
    answer: behindAnswer,
    example: { params: { id: '1' } },
    async handle({ params: { id } }, { readers, config }: Needs) {
      const operations = (await operationsOf(readers, config.kpis, id)) ?? refuseUnknown(id)
      if (operations === 'none') return nothingBehind
      return behind(readers, operations, config.endpoints.traces, operations.startsAt)
    },
  }),
  route({
    method: 'GET',
    path: '/api/operations',
    summary: 'The operations of a time that breached a threshold, others, and what differs between them.',
    access: 'read',
    query: (kpiIds: readonly string[]) => ({ ...scopeQuery, kpi: z.enum(kpiIds) }),
    services: askedService,
    answer: behindAnswer,
    example: { query: { kpi: 'f1_score' } },
    async handle({ query }, { readers, config }: Needs) {
      const kpi = kpiOf(config.kpis, query.kpi)
      if (kpi === undefined) return nothingBehind
      return behind(readers, { kpi, scope: scopeOf(query), threshold: null }, config.endpoints.traces)
    },
  }),
] as const
