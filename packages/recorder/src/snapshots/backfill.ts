import { type Config, durationSeconds, retentionOf } from '@mnemoscope/kpi'
import type pg from 'pg'
import type { PrometheusClient } from '../prometheus/client.js'
import { queryNow } from '../prometheus/query.js'
import { withOverall } from './overall.js'
import { storeInstants } from './store.js'
import { takeSnapshots } from './take.js'
import { intervalsOf, newestInstant, settlingMs } from './timing.js'

/** Rows of one batch, about: bounds memory, and the time that one statement holds its locks. */
const rowsPerBatch = 100_000
const mostInstants = 500
const firstBatch = 15
/** Samples that come late (by remote write, or OTLP from a process that was cut off) come within this time, mostly. */
const retriedSeconds = 3_600

export interface BackfillOptions {
  readonly pool: pg.Pool
  readonly prometheus: PrometheusClient
  readonly config: Config
}

/** What one batch of the backfill did. */
export interface BackfillBatch {
  /** Instants that got their snapshot. */
  readonly filled: number
  /** Instants that can't be known, with the reason stored. */
  readonly gaps: number
  /** Rows that were stored. */
  readonly rows: number
  /** Instants still to do. */
  readonly left: number
}

/** Fills instants that were missed, oldest first, one bounded batch at a call. */
export interface Backfill {
  runBatch(): Promise<BackfillBatch>
}

/**
 * A backfill of every aligned instant that has no entry, from the oldest one that has (within the retention) to the
 * newest. What is missing is read from the table itself, so it does not matter who was down, when, and how often.
 * A gap of the last hour is tried again too, each time at twice its age: samples can come late.
 */
export function createBackfill({ pool, prometheus, config }: BackfillOptions): Backfill {
  const stepSeconds = durationSeconds(config.snapshotInterval)
  const intervals = intervalsOf(config)
  let batchSize = firstBatch
  return {
    async runBatch() {
      const now = await queryNow(prometheus)
      const newest = newestInstant(now, stepSeconds * 1_000, settlingMs(intervals.scrapeSeconds))
      // The newest instant belongs to the live snapshots, which may be at it just now.
      const until = new Date(newest - stepSeconds * 1_000)
      // As the retention counts it: what it has just dropped is not missing.
      const kept = new Date(now - retentionOf(config).snapshotsDays * 86_400_000)
      const missing = await missingInstants(pool, { kept, until, stepSeconds, most: batchSize })
      const run = firstRun(missing.instants, stepSeconds * 1_000)
      const [from] = run
      const to = run.at(-1)
      if (from === undefined || to === undefined) return { filled: 0, gaps: 0, rows: 0, left: 0 }
      const taken = await takeSnapshots(prometheus, { from, to, stepSeconds }, intervals)
      const instants = await withOverall(prometheus, taken, stepSeconds, config.kpis)
      const rows = await storeInstants(pool, instants)
      const found = instants.reduce((sum, instant) => sum + ('rows' in instant ? instant.rows.length : 0), 0)
      const perInstant = Math.max(1, found / instants.length)
      batchSize = Math.max(1, Math.min(mostInstants, Math.floor(rowsPerBatch / perInstant)))
      const gaps = instants.filter((instant) => 'gap' in instant).length
      return { filled: instants.length - gaps, gaps, rows, left: missing.count - instants.length }
    },
  }
}

async function missingInstants(
  pool: pg.Pool,
  { kept, until, stepSeconds, most }: { kept: Date; until: Date; stepSeconds: number; most: number },
): Promise<{ instants: Date[]; count: number }> {
  const { rows } = await pool.query<{ at: Date; count: number }>(
    `SELECT at, count(*) OVER ()::int AS count
     FROM (
            SELECT greatest(min(at), $3) AS oldest
            FROM snapshot_instants HAVING count(*) > 0
          ) AS known,
          generate_series(
            to_timestamp(ceil(extract(epoch FROM oldest) / $2) * $2), $1, make_interval(secs => $2)
          ) AS at
     WHERE NOT EXISTS (
       SELECT FROM snapshot_instants AS known
       WHERE known.at = at.at AND (
         gap IS NULL OR at.at < $1 - make_interval(secs => $5)
         OR now() < taken_at + greatest(taken_at - at.at, make_interval(secs => $2))
       )
     )
     ORDER BY at LIMIT $4`,
    [until, stepSeconds, kept, most, retriedSeconds],
  )
  return { instants: rows.map(({ at }) => at), count: rows[0]?.count ?? 0 }
}

/** The instants before the first that is not missing: one range for one query. */
function firstRun(instants: readonly Date[], stepMs: number): Date[] {
  const end = instants.findIndex(
    (at, i) => i > 0 && at.getTime() - (instants[i - 1] as Date).getTime() !== stepMs,
  )
  return instants.slice(0, end < 0 ? instants.length : end)
}
