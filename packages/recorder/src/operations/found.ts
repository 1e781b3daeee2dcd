import { alertKindOf, type Config, durationSeconds, type Kpi } from '@mnemoscope/kpi'
import type pg from 'pg'
import { kpiOf } from '../config/source.js'
import { inScope, type Scope, scopeParameters } from '../database/scope.js'
import { type FoundMeasurement, measurementColumns } from '../measurements/found.js'

/** Operations that a question is about. */
export interface Operations {
  readonly kpi: Kpi
  readonly scope: Scope
  /** A value at or beyond it is bad; null where one at or beyond any threshold is. */
  readonly threshold: number | null
}

/** The newest operations before an alert's start are the ones that it is about, if they are this many. */
const enoughBad = 20
const newestSeconds = 300
/** More would not make anything surer. */
const mostBad = 2_000
const mostOthers = 5_000
/** With fewer others, those before are compared. */
const leastOthers = 10
const beforeMs = 3_600_000

/**
 * The operations behind an alert episode: of its KPI, and of its service, model, context size and operation where it has
 * them, from the oldest that its first value may remember until its end.
 * @returns undefined where there is no such episode; `none` where it is of no KPI that the configuration knows
 */
export async function operationsOf(
  pool: pg.Pool,
  kpis: Config['kpis'],
  episodeId: string,
): Promise<(Operations & { readonly startsAt: Date }) | 'none' | undefined> {
  const { rows } = await pool.query<{
    readonly alertname: string
    readonly kpi: string | null
    readonly threshold: number | null
    readonly service: string | null
    readonly model: string | null
    readonly context_size: string | null
    readonly operation: string | null
    readonly starts_at: Date
    readonly ends_at: Date | null
  }>(
    `SELECT alertname, kpi, threshold, service, model, context_size, operation, starts_at, ends_at
     FROM alert_episodes WHERE id = $1`,
    [episodeId],
  )
  const [episode] = rows
  if (episode === undefined) return undefined
  const kpi = kpiOf(kpis, episode.kpi)
  if (kpi === undefined) return 'none'
  const { starts_at: startsAt, ends_at: endsAt, service, model, operation } = episode
  const isOfThreshold = alertKindOf(episode.alertname, episode.kpi) === 'threshold'
  return {
    kpi,
    startsAt,
    threshold: isOfThreshold ? episode.threshold : null,
    scope: {
      from: new Date(startsAt.getTime() - 1_000 * durationSeconds(kpi.expiry)),
      to: endsAt ?? new Date(),
      service: service || undefined,
      model: model || undefined,
      contextSize: episode.context_size || undefined,
      // An alert whose labels name no operation is of all of them: rules of others may add operations up.
      operation: operation || undefined,
    },
  }
}

/** The worst of those that are bad; of equal ones the newest, whose trace is the likeliest to be kept. */
export async function worstOperations(
  pool: pg.Pool,
  operations: Operations,
  most: number,
): Promise<FoundMeasurement[]> {
  const { kpi, scope } = operations
  const worstFirst = kpi.direction === 'higher_is_better' ? 'ASC' : 'DESC'
  const reading = { where: isBad(operations), order: `value ${worstFirst}, at DESC`, most }
  return read(pool, kpi, scope, reading, measurementColumns)
}

function isBad({ kpi, threshold }: Operations): string {
  if (threshold === null) return 'severity IS NOT NULL'
  return `value ${kpi.direction === 'higher_is_better' ? '<=' : '>='} ${Number(threshold)}::float8`
}

/** Texts of metadata that are longer, with their quotes, are contents and no properties: nothing is compared by them. */
const longestCompared = 202
/** Metadata of at most so many characters are read as they are. */
const shortMetadata = 2_000
const mostAttributes = 50

/** The columns of a `FoundMeasurement`, but of long metadata only what is compared: thousands of them are read at once. */
const comparedColumns = measurementColumns.replace(
  /metadata$/,
  `CASE WHEN length(metadata::text) <= ${shortMetadata} THEN metadata ELSE (
     SELECT coalesce(jsonb_object_agg(key, known), '{}') FROM (
       SELECT key, known FROM jsonb_each(metadata) AS each (key, known)
       WHERE length(key) <= ${longestCompared} AND length(known::text) <= ${longestCompared} LIMIT ${mostAttributes}) AS short) END AS metadata`,
)

/** Measurements with all of their metadata, in the same order; those that are gone by now are left out. */
export async function completed(
  pool: pg.Pool,
  measurements: readonly FoundMeasurement[],
): Promise<FoundMeasurement[]> {
  const { rows } = await pool.query<FoundMeasurement>(
    `SELECT found.* FROM unnest($1::float8[], $2::uuid[]) WITH ORDINALITY AS asked (seconds, uuid, place)
     CROSS JOIN LATERAL (
       SELECT ${measurementColumns} FROM measurements WHERE id = uuid
         AND at >= to_timestamp(seconds) - interval '1 ms' AND at <= to_timestamp(seconds) + interval '1 ms') AS found
     ORDER BY place`,
    [measurements.map(({ timestamp }) => timestamp), measurements.map(({ id }) => id)],
  )
  return rows
}

/** Bad operations and others of the same time. Of long metadata each has only the short attributes. */
export interface Sides {
  /** Oldest first. */
  readonly bad: readonly FoundMeasurement[]
  readonly others: readonly FoundMeasurement[]
  /** Where there are too few others, because nearly everything is bad, they are of the hour before. */
  readonly comparedWith: 'others' | 'before'
}

/** @param startsAt start of an alert: if there are enough, only operations shortly before it and later are bad */
export async function sidesOf(pool: pg.Pool, operations: Operations, startsAt?: Date): Promise<Sides> {
  const { kpi, scope } = operations
  const where = isBad(operations)
  const badSince = (from: Date) => read(pool, kpi, { ...scope, from }, { where, order: 'at', most: mostBad })
  const newest =
    startsAt === undefined ? [] : await badSince(new Date(startsAt.getTime() - 1_000 * newestSeconds))
  const bad = newest.length >= enoughBad ? newest : await badSince(scope.from)
  const isOther = { where: `NOT (${where})`, order: 'at', most: mostOthers }
  const [first, last] = [bad[0], bad.at(-1)]
  if (first === undefined || last === undefined)
    return { bad, others: await read(pool, kpi, scope, isOther), comparedWith: 'others' }
  const from = new Date(first.timestamp * 1_000)
  const others = await read(pool, kpi, { ...scope, from, to: new Date(last.timestamp * 1_000) }, isOther)
  if (others.length >= leastOthers) return { bad, others, comparedWith: 'others' }
  const before = { ...scope, from: new Date(from.getTime() - beforeMs), to: from }
  return { bad, others: await read(pool, kpi, before, isOther), comparedWith: 'before' }
}

interface Reading {
  readonly where: string
  readonly order: string
  readonly most: number
}

async function read(
  pool: pg.Pool,
  kpi: Kpi,
  scope: Scope,
  { where, order, most }: Reading,
  columns = comparedColumns,
): Promise<FoundMeasurement[]> {
  const { rows } = await pool.query<FoundMeasurement>(
    `SELECT ${columns} FROM measurements
     WHERE value IS NOT NULL AND kpi = $7 AND at >= $1 AND at <= $2 AND ${inScope} AND ${where}
     ORDER BY ${order} LIMIT $8`,
    [...scopeParameters(scope), kpi.id, most],
  )
  return rows
}
