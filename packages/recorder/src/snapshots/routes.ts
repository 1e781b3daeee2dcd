import { type Config, durationSeconds } from '@mnemoscope/kpi'
import type pg from 'pg'
import { z } from 'zod'
import { inScope, type Scope, scopeParameters } from '../database/scope.js'
import { operationAnswer } from '../http/place.js'
import { askedService, limit, scopeOf, scopeQuery, windowQuery } from '../http/query.js'
import { type DataOf, route } from '../http/route.js'
import {
  answerRows,
  exactTime,
  nextCursorAnswer,
  type RowSource,
  rowsMedia,
  rowsQuery,
} from '../http/rows.js'
import { snapshotFigures } from './figures.js'
import { gapAnswer, gaps } from './gaps.js'

/** One KPI of one series at one instant, as the API gives it. */
const snapshotAnswer = z.strictObject({
  timestamp: z.number().describe('The aligned instant, Unix seconds.'),
  service: z.string(),
  model: z.string(),
  context_size: z.string().describe('Class of context sizes: tokens, or +Inf.'),
  operation: operationAnswer,
  kpi: z.string(),
  ...snapshotFigures,
})

type Snapshot = DataOf<typeof snapshotAnswer>

interface Stored extends Snapshot {
  readonly exact: string
  readonly series_id: number
}

/** The stored snapshots of a scope. */
function snapshotRows(pool: pg.Pool, scope: Scope, kpi: string | undefined): RowSource<Snapshot> {
  return {
    schema: snapshotAnswer,
    keys: [/^\d{1,9}$/, /^[a-z0-9_]+$/],
    async read(window, after, most) {
      const [seriesId, lastKpi] = after?.key ?? []
      const { rows } = await pool.query<Stored>(
        `SELECT extract(epoch FROM at)::float8 AS timestamp, service, model, context_size, operation, kpi, value, samples,
           mean, p50, p95, p99, snapshots.max, ${exactTime('at')} AS exact, series_id
         FROM snapshots JOIN series ON series.id = series_id
         WHERE at >= $1 AND at <= $2 AND ${inScope} AND ($7::text IS NULL OR kpi = $7)
           AND ($8::timestamptz IS NULL OR (at <= $8 AND (at, series_id, kpi) < ($8, $9::integer, $10::text)))
         ORDER BY at DESC, series_id DESC, kpi DESC LIMIT $11`,
        [
          ...scopeParameters({ ...scope, ...window }),
          kpi ?? null,
          after?.at ?? null,
          seriesId ?? null,
          lastKpi ?? null,
          most,
        ],
      )
      return rows.map(({ exact, series_id, ...row }) => ({
        row,
        position: { at: exact, key: [String(series_id), row.kpi] },
      }))
    },
  }
}

export interface Needs {
  readonly readers: pg.Pool
  readonly config: Pick<Config, 'snapshotInterval'>
}

export const snapshotRoutes = [
  route({
    method: 'GET',
    path: '/api/snapshots',
    summary: 'Stored snapshots, newest first.',
    access: 'read',
    query: (kpiIds: readonly string[]) => ({ ...scopeQuery, kpi: z.enum(kpiIds).optional(), ...rowsQuery }),
    answer: z.strictObject({ snapshots: z.array(snapshotAnswer), next_cursor: nextCursorAnswer }),
    media: rowsMedia,
    services: askedService,
    async handle({ query, context }, { readers }: Needs) {
      const scope = scopeOf(query)
      const source = snapshotRows(readers, scope, query.kpi)
      const page = await answerRows(context, 'snapshots', source, { ...query, scope })
      return page instanceof Response ? page : { snapshots: page.rows, next_cursor: page.next_cursor }
    },
  }),
  route({
    method: 'GET',
    path: '/api/gaps',
    summary: 'Instants of which nothing is known.',
    access: 'read',
    query: { ...windowQuery, limit: limit(1_000, 100) },
    answer: z.strictObject({ gaps: z.array(gapAnswer) }),
    async handle({ query }, { readers, config }: Needs) {
      const interval = durationSeconds(config.snapshotInterval)
      return { gaps: await gaps(readers, scopeOf(query), interval, query.limit) }
    },
  }),
] as const
