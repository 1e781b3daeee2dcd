import { type Config, configHash, configMeaning } from '@mnemoscope/kpi'
import type pg from 'pg'
import { inTransaction } from '../database/pool.js'
import { storableText } from '../database/text.js'
import type { AppliedChange, Difference, RestartNeeded } from './change.js'
import { differencesBetween, restartsFor } from './differences.js'
import { shown, shownJson } from './shown.js'

/** A stored change, as the API gives it. */
export interface ConfigChange {
  readonly id: string
  /** ISO 8601, UTC. */
  readonly at: string
  readonly by: string
  readonly source: AppliedChange['source']
  readonly sha256: string
  readonly previous_sha256: string | null
  readonly differences: readonly Difference[]
  readonly restarts: readonly RestartNeeded[]
}

/** Key of the advisory lock under which the newest change is compared and followed. */
const lockKey = 5_727_021_004

/**
 * Stores a change, unless the newest one stored is of the same configuration: several recorders that follow one
 * configuration tell of it once.
 * @returns whether it was stored
 */
export function storeChange(pool: pg.Pool, change: AppliedChange): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock($1)', [lockKey])
    return insertUnlessNewest(client, change)
  })
}

/** Stores that this configuration is in force at start, if the newest one stored is another. */
export function storeStart(pool: pg.Pool, config: Config, at: Date): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock($1)', [lockKey])
    const { rows } = await client.query<{ sha256: string; config: object }>(
      'SELECT sha256, config FROM config_changes ORDER BY id DESC LIMIT 1',
    )
    const newest = rows[0]
    const differences =
      newest === undefined ? [] : differencesBetween(newest.config, shown(configMeaning(config)))
    return insertUnlessNewest(client, {
      at,
      by: 'start',
      source: 'start',
      config,
      sha256: configHash(config),
      previousSha256: newest?.sha256,
      differences,
      restarts: newest === undefined ? [] : restartsFor(differences),
    })
  })
}

/** The newest changes, newest first. */
export async function configChanges(
  pool: pg.Pool,
  { since, most }: { since: Date; most: number },
): Promise<ConfigChange[]> {
  const { rows } = await pool.query<Omit<ConfigChange, 'at'> & { at: Date }>(
    `SELECT id, at, by, source, sha256, previous_sha256, differences, restarts
     FROM config_changes WHERE at >= $1 ORDER BY at DESC, id DESC LIMIT $2`,
    [since, most],
  )
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }))
}

async function insertUnlessNewest(client: pg.PoolClient, change: AppliedChange): Promise<boolean> {
  const { rowCount } = await client.query(
    `INSERT INTO config_changes (at, by, source, sha256, previous_sha256, differences, restarts, config)
     SELECT $1, $2, $3, $4, $5, $6, $7, $8
     WHERE $4 IS DISTINCT FROM (SELECT sha256 FROM config_changes ORDER BY id DESC LIMIT 1)`,
    [
      change.at,
      storableText(change.by),
      change.source,
      change.sha256,
      change.previousSha256 ?? null,
      shownJson(change.differences),
      shownJson(change.restarts),
      shownJson(configMeaning(change.config)),
    ],
  )
  return rowCount === 1
}
