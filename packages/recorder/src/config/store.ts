import { type Config, configHash, shownConfig } from '@mnemoscope/kpi'
import type pg from 'pg'
import { z } from 'zod'
import { lock } from '../database/locks.js'
import { inTransaction } from '../database/pool.js'
import type { Scope } from '../database/scope.js'
import { storableText } from '../database/text.js'
import type { DataOf } from '../http/route.js'
import { summaryOfChange } from './change-summary.js'
import { differenceAnswer, differencesBetween } from './differences.js'
import { type KnownServices, restartAnswer, restartsFor } from './restarts.js'
import type { AppliedChange } from './source.js'
import { storableJson } from './storable.js'

/** A stored change of the configuration. */
export const configChangeAnswer = z.strictObject({
  id: z.number().int(),
  at: z.number().describe('Unix seconds.'),
  by: z.string().describe('Who changed it, if known.'),
  source: z.enum(['start', 'file', 'api']),
  sha256: z.string(),
  previous_sha256: z.string().nullable(),
  summary: z.array(z.string()).describe('What changed, for people: at most five lines.'),
  differences: z.array(differenceAnswer),
  restarts: z.array(restartAnswer),
})
export type ConfigChange = DataOf<typeof configChangeAnswer>

/**
 * Stores a change, unless the newest one stored is of the same configuration: several recorders that follow one
 * configuration store it once.
 * @param services that are known when it was applied
 * @returns whether it was stored
 */
export function storeChange(
  pool: pg.Pool,
  change: AppliedChange,
  services?: KnownServices,
): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    await lock(client, 'configChanges')
    return insertUnlessNewest(client, change, services)
  })
}

/** Stores that this configuration is in use at start, if the newest one stored is another. */
export function storeStart(pool: pg.Pool, config: Config, at: Date): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    await lock(client, 'configChanges')
    const { rows } = await client.query<{ sha256: string; config: object }>(
      'SELECT sha256, config FROM config_changes ORDER BY id DESC LIMIT 1',
    )
    const newest = rows[0]
    const sha256 = configHash(config)
    if (newest?.sha256 === sha256) return false
    const differences =
      newest === undefined
        ? []
        : differencesBetween(newest.config, JSON.parse(storableJson(shownConfig(config))))
    return insertUnlessNewest(client, {
      at,
      by: 'start',
      source: 'start',
      config,
      sha256,
      previousSha256: newest?.sha256,
      differences,
    })
  })
}

/** The changes of a time, newest first. */
export async function configChanges(
  pool: pg.Pool,
  { from, to }: Pick<Scope, 'from' | 'to'>,
  most: number,
): Promise<ConfigChange[]> {
  const { rows } = await pool.query<ConfigChange>(
    `SELECT id::float8 AS id, extract(epoch FROM at)::float8 AS at, by, source, sha256, previous_sha256, summary, differences, restarts
     FROM config_changes WHERE at >= $1 AND at <= $2 ORDER BY config_changes.at DESC, id DESC LIMIT $3`,
    [from, to, most],
  )
  return rows
}

/**
 * The hash says nothing of secrets, so a change of only secrets has that of the newest one: this is the same change if it
 * was stored within the last minute.
 */
async function insertUnlessNewest(
  client: pg.PoolClient,
  change: AppliedChange,
  services?: KnownServices,
): Promise<boolean> {
  const { differences } = change
  const { rowCount } = await client.query(
    `INSERT INTO config_changes (at, by, source, sha256, previous_sha256, summary, differences, restarts, config)
     SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9
     WHERE CASE WHEN $4::text = $5::text THEN NOT EXISTS (
         SELECT FROM config_changes WHERE at > $1::timestamptz - interval '1 minute' AND differences = $7::jsonb
       ) ELSE $4 IS DISTINCT FROM (SELECT sha256 FROM config_changes ORDER BY id DESC LIMIT 1) END`,
    [
      change.at,
      storableText(change.by),
      change.source,
      change.sha256,
      change.previousSha256 ?? null,
      summaryOfChange(differences, change.config).map(storableText),
      storableJson(differences),
      storableJson(restartsFor(change, services)),
      storableJson(shownConfig(change.config)),
    ],
  )
  return rowCount === 1
}
