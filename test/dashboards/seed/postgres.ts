import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import {
  createPartitions,
  daysBetween,
  partitionedTables,
} from '../../../packages/recorder/src/database/partitions.js'
import { prepareDatabase } from '../../../packages/recorder/src/database/prepare.js'
import { rollUp } from '../../../packages/recorder/src/snapshots/rollup.js'
import { openDatabases, serially } from '../../harness/postgres.js'
import { repository } from '../../harness/repository.js'
import { orEnd } from '../../harness/started.js'
import {
  config,
  configChange,
  deployment,
  end,
  episodes,
  gapAt,
  kpiValue,
  meanBehind,
  minute,
  places,
  start,
} from './story.js'

/** Passwords that an administrator would set; the roles file sets none. */
const passwords = { recorder: 'recorder-password', reader: 'reader-password' } as const

/** A database with the recorder's schema, owned by its role, and the story in it. */
export interface SeededPostgres {
  /** Connection strings of the administrator, the recorder's role and Grafana's. */
  readonly admin: string
  readonly recorder: string
  readonly reader: string
  /** Rows of a query that the reader asks. */
  read(sql: string): Promise<pg.QueryResult>
  stop(): Promise<void>
}

export const rolesFile = readFileSync(join(repository, 'deploy/postgres/roles.sql'), 'utf8')

/** Reason of the story's one gap. */
export const gapReason = 'Prometheus keeps nothing from so long ago'

/**
 * Makes a database whose roles the administrator has made, and whose tables the recorder has made and filled.
 * @param seed fills the database; default: the story
 */
export async function startSeededPostgres(
  seed: (pool: pg.Pool) => Promise<void> = seedStory,
): Promise<SeededPostgres> {
  const databases = await openDatabases()
  await databases.template('with_roles', async (url) => {
    await asked(url, [
      // As it was before Postgres 15, and still is in databases that were upgraded: everybody may make tables there.
      'GRANT ALL ON SCHEMA public TO PUBLIC',
      rolesFile,
      `ALTER ROLE mnemoscope_recorder PASSWORD '${passwords.recorder}'`,
      `ALTER ROLE mnemoscope_reader PASSWORD '${passwords.reader}'`,
    ])
    await prepareDatabase(as(url, 'mnemoscope_recorder', passwords.recorder))
  })
  const admin = await databases.create('with_roles')
  const recorder = as(admin, 'mnemoscope_recorder', passwords.recorder)
  const reader = as(admin, 'mnemoscope_reader', passwords.reader)
  await orEnd(databases.stop, async () => {
    // A copy has its own rights on the database itself.
    await serially(admin, () => asked(admin, [rolesFile]))
    const seeding = new pg.Pool({ connectionString: recorder, max: 2 })
    await seed(seeding).finally(() => seeding.end())
  })
  const pool = new pg.Pool({ connectionString: reader, max: 2 })
  pool.on('error', () => undefined)
  return {
    admin,
    recorder,
    reader,
    read: (sql) => pool.query(sql),
    stop: async () => {
      await pool.end()
      await databases.stop()
    },
  }
}

/** Runs statements one after the other in one connection. */
export async function asked(url: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}

function as(url: string, user: string, password: string): string {
  const other = new URL(url)
  other.username = user
  other.password = password
  return other.href
}

async function seedStory(pool: pg.Pool): Promise<void> {
  for (const table of partitionedTables) await createPartitions(pool, table, daysBetween(start, end))
  const ids: number[] = []
  for (const { service, model, contextSize, operation } of places) {
    const { rows } = await pool.query<{ id: number }>(
      'INSERT INTO series (service, model, context_size, operation) VALUES ($1, $2, $3, $4) RETURNING id',
      [service, model, contextSize, operation],
    )
    ids.push(rows[0]?.id as number)
  }
  await pool.query(
    `INSERT INTO snapshots (at, series_id, kpi, value, samples, mean, p50, p95, p99)
       SELECT * FROM unnest($1::timestamptz[], $2::int[], $3::text[], $4::float8[], $5::float8[], $6::float8[], $7::float8[], $8::float8[],
         $9::float8[])`,
    columns(snapshotRows(ids)),
  )
  await pool.query(
    `INSERT INTO snapshot_instants (at, rows, gap)
       SELECT at, CASE WHEN at = $1 THEN 0 ELSE $4::int END, CASE WHEN at = $1 THEN $5 END
       FROM generate_series($2::timestamptz, $3::timestamptz, interval '1 minute') AS at`,
    [gapAt, start, end, places.length * Object.keys(config.kpis).length, gapReason],
  )
  for (const [i] of episodes.entries()) await insertEpisode(pool, i)
  await pool.query(
    `UPDATE alert_episodes SET newest_value = (value + peak_value) / 2, last_firing_at = coalesce(ends_at, $1)`,
    [end],
  )
  await pool.query(
    `INSERT INTO config_changes (at, by, source, sha256, previous_sha256, summary, differences, restarts, config)
       VALUES ($1, 'mnemoscope', 'start', 'aaaa', NULL, '{}', '[]', '[]', '{}'), ($2, $3, 'file', 'bbbb', 'aaaa', $5, $4, '[]', '{}')`,
    [
      start,
      configChange.at,
      configChange.by,
      JSON.stringify(configChange.differences),
      [configChange.summary],
    ],
  )
  await pool.query(
    `INSERT INTO deployments (at, service, version, previous_version, source)
     VALUES ($1, $2, $3, NULL, 'observed'), ($4, $2, $5, $3, 'observed')`,
    [start, deployment.service, deployment.previous, deployment.at, deployment.version],
  )
  await pool.query(
    `WITH transition AS (
         INSERT INTO alert_transitions (episode_id, kind, at, via, recorded_at, detail)
         SELECT id, 'opened', starts_at, 'webhook', now() - interval '90 seconds', '{}' FROM alert_episodes
         RETURNING id, episode_id
       )
       INSERT INTO deliveries (handler, episode_id, transition_id, attempts, last_error, dead_at)
       SELECT 'console', episode_id, id, 3, 'refused', CASE WHEN row_number() OVER () = 1 THEN now() END FROM transition`,
  )
  await rollUp(pool, end)
  await pool.query(
    `INSERT INTO measurements (at, id, kpi, value, outcome, service, model, context_size, operation, severity, trace_id, metadata)
       SELECT $1::timestamptz - n * interval '1 minute', gen_random_uuid(), kpi, n / 100.0, NULL, $2, $3, $4, $6,
         CASE WHEN n = 1 THEN 'critical' END, 'cafe', jsonb_build_object('question', n)
       FROM unnest($5::text[]) AS kpi, generate_series(1, 60) AS n`,
    [
      end,
      places[1]?.service,
      places[1]?.model,
      places[1]?.contextSize,
      Object.keys(config.kpis),
      places[1]?.operation,
    ],
  )
  await pool.query(
    `INSERT INTO alert_acknowledgements (episode_id, by)
       SELECT id, unnest(ARRAY['first', 'second']) FROM alert_episodes WHERE severity = 'critical'`,
  )
  await pool.query(
    "INSERT INTO reconciles (cluster, source, reached) VALUES ('default', 'http://127.0.0.1:9090', $1)",
    [end],
  )
}

/** A snapshot a minute of every KPI at every place, but for the instant of the gap. */
function snapshotRows(ids: readonly number[]): unknown[][] {
  const rows: unknown[][] = []
  for (let at = start.getTime(); at <= end.getTime(); at += minute) {
    if (at === gapAt.getTime()) continue
    for (const kpi of Object.values(config.kpis)) {
      for (const [place, id] of ids.entries()) {
        const value = kpiValue(kpi, place, new Date(at))
        const quantiles =
          kpi.instrument === 'histogram' ? [value, 1.5 * value, 2 * value] : [null, null, null]
        rows.push([new Date(at), id, kpi.id, value, 40, meanBehind(value), ...quantiles])
      }
    }
  }
  return rows
}

async function insertEpisode(pool: pg.Pool, index: number): Promise<void> {
  const episode = episodes[index] as (typeof episodes)[number]
  const place = episode.place === undefined ? undefined : places[episode.place]
  const before = (minutes: number) => new Date(end.getTime() - minutes * minute)
  await pool.query(
    `INSERT INTO alert_episodes (cluster, fingerprint, alertname, severity, kpi, service, model, context_size, operation, starts_at,
       ends_at, closed_at, closed_how, value, peak_value, threshold, summary, labels, annotations)
     VALUES ('default', $1, $2, $3, $4, $5, $6, $7, $16, $8, $9, $9, $10, $11, $12, $13, $14, '{}', $15)`,
    [
      String(index).padStart(16, '0'),
      episode.alertname,
      episode.severity,
      episode.kpi ?? null,
      place?.service ?? 'mnemoscope-recorder',
      place?.model ?? null,
      place?.contextSize ?? null,
      before(episode.began),
      episode.ended === undefined ? null : before(episode.ended),
      episode.closedHow ?? null,
      episode.value,
      episode.peak,
      episode.threshold,
      `${episode.alertname} at ${place?.model ?? 'the pipeline'}`,
      { runbook_url: `https://runbooks.example/${episode.alertname}` },
      place?.operation ?? null,
    ],
  )
}

function columns(rows: readonly unknown[][]): unknown[][] {
  return (rows[0] ?? []).map((_, column) => rows.map((row) => row[column]))
}
