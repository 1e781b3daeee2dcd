import type { Config } from '@mnemoscope/kpi'
import type pg from 'pg'
import { refuseUnknown } from '../episodes/routes.js'
import { episodeId } from '../http/query.js'
import { route } from '../http/route.js'
import type { PrometheusClient } from '../prometheus/client.js'
import { evidenceAnswer, evidenceOf } from './evidence.js'

export interface Needs {
  readonly readers: pg.Pool
  readonly prometheus: PrometheusClient
  readonly config: Pick<Config, 'kpis'>
}

export const evidenceRoutes = [
  route({
    method: 'GET',
    path: '/api/episodes/{id}/evidence',
    summary:
      'How sure the judge was of an alert when it began, and is: by which lane, and by how many operations.',
    access: 'read',
    params: { id: episodeId },
    answer: evidenceAnswer,
    example: { params: { id: '1' } },
    handle: async ({ params: { id } }, { readers, prometheus, config }: Needs) =>
      (await evidenceOf(readers, prometheus, config.kpis, id)) ?? refuseUnknown(id),
  }),
] as const
