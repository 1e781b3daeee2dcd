import type pg from 'pg'
import { z } from 'zod'
import { lock } from '../database/locks.js'
import { inTransaction } from '../database/pool.js'
import type { Scope } from '../database/scope.js'
import { storableName } from '../database/text.js'
import type { DataOf } from '../http/route.js'
import { type Deployment, deploymentsAmong, type KnownService, type Sighting } from './versions.js'

/** A stored deployment. */
export const deploymentAnswer = z.strictObject({
  id: z.number().int(),
  at: z.number().describe('Unix seconds.'),
  service: z.string(),
  version: z.string(),
  previous_version: z.string().nullable().describe('Null for the first that is known of the service.'),
  source: z
    .enum(['observed', 'api'])
    .describe('`observed` where processes showed it, `api` where it was reported.'),
  by: z.string().nullable(),
})
export type StoredDeployment = DataOf<typeof deploymentAnswer>

/** A reported deployment. */
export interface ReportedDeployment {
  readonly service: string
  readonly version: string
  readonly by: string
  readonly at: Date
}

/** Reported and observed within this time, the same version is the same deployment. */
const sameWithin = "interval '1 hour'"

const columns = `id::float8 AS id, extract(epoch FROM at)::float8 AS at, service, version, previous_version, source, by`

/** Deployments of a scope, newest first. */
export async function deployments(
  pool: pg.Pool,
  { from, to, service }: Scope,
  most: number,
): Promise<StoredDeployment[]> {
  const { rows } = await pool.query<StoredDeployment>(
    `SELECT ${columns} FROM deployments
     WHERE at >= $1 AND at <= $2 AND ($3::text IS NULL OR service = $3) ORDER BY at DESC, deployments.id DESC LIMIT $4`,
    [from, to, service ?? null, most],
  )
  return rows
}

/**
 * Stores a reported deployment. One that is known already, because it was reported before or its processes
 * were seen, stays one row, which gets the name of who did it.
 * @returns the row, and whether it is new
 */
export function storeReported(
  pool: pg.Pool,
  { by, at, ...reported }: ReportedDeployment,
): Promise<{ deployment: StoredDeployment; isNew: boolean }> {
  const service = storableName(reported.service)
  const version = storableName(reported.version)
  return inTransaction(pool, async (client) => {
    await lock(client, 'deployments')
    const known = await client.query<StoredDeployment>(
      `UPDATE deployments SET by = coalesce(by, $3), at = least(at, $4)
       WHERE id IN (
         (SELECT id FROM (SELECT * FROM deployments WHERE service = $1 AND at <= $4 ORDER BY at DESC, id DESC LIMIT 1)
            AS before WHERE version = $2)
         UNION ALL
         (SELECT id FROM (SELECT * FROM deployments WHERE service = $1 AND at > $4 ORDER BY at, id LIMIT 1)
            AS after WHERE version = $2 AND at <= $4::timestamptz + ${sameWithin})
         LIMIT 1
       ) RETURNING ${columns}`,
      [service, version, by, at],
    )
    if (known.rows[0] !== undefined) return { deployment: known.rows[0], isNew: false }
    const { rows } = await client.query<StoredDeployment>(
      `INSERT INTO deployments (at, service, version, previous_version, source, by)
       VALUES ($4, $1, $2, (SELECT version FROM deployments WHERE service = $1 AND at <= $4 ORDER BY at DESC, id DESC LIMIT 1),
         'api', $3)
       RETURNING ${columns}`,
      [service, version, by, at],
    )
    return { deployment: rows[0] as StoredDeployment, isNew: true }
  })
}

/** How far a Prometheus was searched, Unix ms; undefined before the first search. */
export async function searchedUntil(pool: pg.Pool, cluster: string): Promise<number | undefined> {
  const { rows } = await pool.query<{ reached: Date }>(
    'SELECT reached FROM deployment_searches WHERE cluster = $1',
    [cluster],
  )
  return rows[0]?.reached.getTime()
}

/**
 * Stores the deployments among sightings, what was seen, and that all before `reached` is searched.
 * @returns how many deployments were new
 */
export function storeSightings(
  pool: pg.Pool,
  cluster: string,
  given: readonly Sighting[],
  reached: Date,
): Promise<number> {
  const sightings = given.map((sighting) => ({
    ...sighting,
    service: storableName(sighting.service),
    version: storableName(sighting.version),
  }))
  return inTransaction(pool, async (client) => {
    await lock(client, 'deployments')
    const services = [...new Set(sightings.map(({ service }) => service))]
    const found = deploymentsAmong(await knownServices(client, services), sightings)
    await insertObserved(client, found)
    await client.query(
      `INSERT INTO service_versions (service, version, first_seen_at, last_seen_at)
       SELECT service, version, min(at), max(at) FROM unnest($1::text[], $2::text[], $3::timestamptz[])
         AS given (service, version, at) GROUP BY 1, 2
       ON CONFLICT (service, version) DO UPDATE SET
         first_seen_at = least(service_versions.first_seen_at, excluded.first_seen_at),
         last_seen_at = greatest(service_versions.last_seen_at, excluded.last_seen_at)`,
      [
        sightings.map(({ service }) => service),
        sightings.map(({ version }) => version),
        sightings.map(({ at }) => new Date(at)),
      ],
    )
    await client.query(
      `INSERT INTO deployment_searches (cluster, reached) VALUES ($1, $2)
       ON CONFLICT (cluster) DO UPDATE SET reached = excluded.reached`,
      [cluster, reached],
    )
    return found.length
  })
}

async function insertObserved(client: pg.PoolClient, found: readonly Deployment[]): Promise<void> {
  await client.query(
    `INSERT INTO deployments (at, service, version, previous_version, source)
     SELECT at, service, version, previous, 'observed'
     FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[]) AS given (at, service, version, previous)
     ON CONFLICT DO NOTHING`,
    [
      found.map(({ at }) => new Date(at)),
      found.map(({ service }) => service),
      found.map(({ version }) => version),
      found.map(({ previous }) => previous ?? null),
    ],
  )
}

async function knownServices(
  client: pg.PoolClient,
  services: readonly string[],
): Promise<Map<string, KnownService>> {
  const { rows } = await client.query<{ service: string; deployed: string | null; seen: [string, number][] }>(
    `SELECT service,
       (SELECT version FROM deployments WHERE deployments.service = given.service ORDER BY at DESC, id DESC LIMIT 1) AS deployed,
       coalesce(
         (SELECT json_agg(json_build_array(version, extract(epoch FROM last_seen_at) * 1000)) FROM service_versions
          WHERE service_versions.service = given.service), '[]'
       ) AS seen
     FROM unnest($1::text[]) AS given (service)`,
    [services],
  )
  return new Map(
    rows.map(({ service, deployed, seen }) => [
      service,
      { deployed: deployed ?? undefined, seen: new Map(seen) },
    ]),
  )
}
