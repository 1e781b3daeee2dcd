import { type Config, durationSeconds } from '@mnemoscope/kpi'
import type pg from 'pg'
import { z } from 'zod'
import { storedBaseline } from '../database/prepare.js'
import type { DataOf } from '../http/route.js'
import type { Loop } from '../loop.js'
import { messageOf } from '../message-of.js'
import type { PrometheusClient } from '../prometheus/client.js'
import { settlingMs } from '../snapshots/timing.js'

/** Whether the recorder does its work, and what keeps it from it. */
export const readinessAnswer = z.strictObject({
  ready: z.boolean(),
  problems: z.array(z.string()).describe('What is wrong, one sentence each; empty when ready.'),
  last_healthy_at: z
    .number()
    .nullable()
    .describe('When a snapshot cycle last ended well, Unix seconds; null before the first.'),
})
export type Readiness = DataOf<typeof readinessAnswer>

export interface ReadinessOptions {
  readonly pool: pg.Pool
  readonly prometheus: PrometheusClient
  readonly snapshots: Pick<Loop, 'lastHealthyAt'>
  readonly startedAt: Date
  readonly config: Config
  /** Hash of the baseline that the database must have. */
  readonly knownSchema: string
}

/** Everybody may ask, also very often, and alerts are stored through the same connections to Postgres. */
const rememberedMs = 500

/** Looks once for all who ask at the same time or soon after. */
export function rememberReadiness(options: ReadinessOptions): () => Promise<Readiness> {
  let newest: Promise<Readiness> | undefined
  return () => {
    newest ??= readinessOf(options).finally(() => {
      setTimeout(() => {
        newest = undefined
      }, rememberedMs).unref()
    })
    return newest
  }
}

/**
 * Ready means: Postgres answers with the baseline that this recorder knows, Prometheus answers, and the newest healthy
 * cycle is at most three intervals old. A recorder that runs while nothing works is not ready.
 */
export async function readinessOf(options: ReadinessOptions): Promise<Readiness> {
  const { pool, prometheus, config, snapshots, startedAt, knownSchema } = options
  const problems: string[] = []
  const [schema, newest, query] = await Promise.allSettled([
    storedBaseline(pool),
    newestInstantAt(pool),
    prometheus.ask('api/v1/query', { query: 'vector(1)' }),
  ])
  if (schema.status === 'rejected') problems.push(`Postgres: ${messageOf(schema.reason)}`)
  else if (schema.value !== knownSchema) {
    problems.push(`Postgres: baseline ${schema.value ?? 'unknown'}, this recorder needs ${knownSchema}`)
  }
  if (query.status === 'rejected') problems.push(`Prometheus: ${messageOf(query.reason)}`)
  const intervalMs = 1_000 * durationSeconds(config.snapshotInterval)
  const { lastHealthyAt } = snapshots
  // Another recorder may do the work instead of this one; it only matters that it is done.
  const newestAt = newest.status === 'fulfilled' ? newest.value : null
  const ageMs = newestAt === null ? 0 : Date.now() - Math.max(newestAt, startedAt.getTime())
  const settling = settlingMs(durationSeconds(config.scrapeInterval))
  if (ageMs > 3 * intervalMs + settling) {
    problems.push(`Snapshots: the newest one stored is ${Math.round(ageMs / 1_000)} s old`)
  }
  const sinceMs = Date.now() - (lastHealthyAt ?? startedAt).getTime()
  if (sinceMs > 3 * intervalMs) {
    problems.push(`Snapshots: no healthy cycle for ${Math.round(sinceMs / 1_000)} s`)
  } else if (lastHealthyAt === undefined) {
    problems.push('Snapshots: no healthy cycle yet')
  }
  const lastHealthy = lastHealthyAt === undefined ? null : lastHealthyAt.getTime() / 1_000
  return { ready: problems.length === 0, problems, last_healthy_at: lastHealthy }
}

async function newestInstantAt(pool: pg.Pool): Promise<number | null> {
  const { rows } = await pool.query<{ at: Date | null }>('SELECT max(at) AS at FROM snapshot_instants')
  return rows[0]?.at?.getTime() ?? null
}
