import { names } from '@mnemoscope/kpi'
import type { Pool } from 'pg'
import { evaluationSeconds, scrapeSeconds, snapshotSeconds } from '../config.js'
import { rawSamples, valuesAtInstants } from './prometheus.js'

const stepMs = snapshotSeconds * 1_000

const fields = ['value', 'samples', 'mean', 'p50', 'p95', 'p99', 'max'] as const

type StoredRow = {
  at: number
  service: string
  model: string
  context_size: string
  operation: string
  kpi: string
} & Record<(typeof fields)[number], number | null>

/**
 * How old what is stored must be less than, in ms: two evaluations and a second to spare of the judged value; one interval
 * of what counts the operations since the snapshot before, which no second row may count again.
 */
const oldestMs = (field: string) => (field === 'value' ? 2_000 * evaluationSeconds + 1_000 : stepMs)

/**
 * Compares what is stored of every aligned instant with what Prometheus says of it by now.
 * @param until Unix ms; instants after it are not looked at
 */
export async function verifyInstants(pool: Pool, prometheusUrl: string, until: number) {
  const { rows: entries } = await pool.query<{ at: string; rows: number; gap: string | null }>(
    `SELECT extract(epoch FROM at) * 1000 AS at, rows, gap FROM snapshot_instants WHERE at <= to_timestamp($1)
     ORDER BY at`,
    [until / 1_000],
  )
  const known = new Map(entries.map(({ at, rows, gap }) => [Math.round(Number(at)), { rows, gap }]))
  const first = Math.min(...known.keys())
  const last = Math.floor(until / stepMs) * stepMs

  const truth = new Map<string, number>()
  /** What Prometheus gives for an instant only because it looks back five minutes. */
  const old = new Set<string>()
  const query = `{__name__=~"${names.snapshotSeriesPattern}"}`
  const recordedAt = new Map(
    (await rawSamples(prometheusUrl, query, first - 300_000, last)).map(({ labels, times }) => [
      seriesKey(labels),
      times,
    ]),
  )
  for (const { labels, samples } of await valuesAtInstants(
    prometheusUrl,
    query,
    first,
    last,
    snapshotSeconds,
  )) {
    const recorded = names.parseRecordedSeries(labels.__name__ ?? '')
    if (!recorded || !labels.model || !labels.context_size) continue
    const field = recorded.field === 'current' ? 'value' : recorded.field
    const times = recordedAt.get(seriesKey(labels)) ?? []
    for (const { at, value } of samples) {
      if (!Number.isFinite(value)) continue
      const key = JSON.stringify([
        at,
        labels.job,
        labels.model,
        labels.context_size,
        labels.operation ?? '',
        recorded.kpi,
        field,
      ])
      const newest = times.findLast((time) => time <= at) ?? Number.NEGATIVE_INFINITY
      if (at - newest < oldestMs(field)) truth.set(key, value)
      else old.add(key)
    }
  }
  const scrapes = new Map(
    (await valuesAtInstants(prometheusUrl, 'max(timestamp(up))', first, last, snapshotSeconds)).flatMap(
      ({ samples }) => samples.map(({ at, value }) => [at, value * 1_000] as const),
    ),
  )
  const knownAt = new Set([...truth.keys()].map((key) => instantOf(key)))
  const isScraped = (at: number) => at - (scrapes.get(at) ?? 0) <= 2_000 * scrapeSeconds + 1_000

  const counts = {
    instants: 0,
    complete: 0,
    gaps: 0,
    missing: 0,
    falseGaps: 0,
    missingValues: 0,
    otherValues: 0,
    oldValues: 0,
  }
  const examples: string[] = []
  for (let at = first; at <= last; at += stepMs) {
    counts.instants++
    const entry = known.get(at)
    if (entry === undefined) {
      counts.missing++
      examples.push(`no entry for ${iso(at)}`)
    } else if (entry.gap === null) counts.complete++
    else {
      counts.gaps++
      if (isScraped(at) && (entry.gap !== 'rules_not_evaluated' || knownAt.has(at))) {
        counts.falseGaps++
        examples.push(`${iso(at)} is a gap (${entry.gap}), but Prometheus knows it`)
      }
    }
  }
  const stored = await storedValues(pool, first, last)
  for (const [key, value] of truth) {
    const at = instantOf(key)
    if (known.get(at)?.gap !== null || !isScraped(at)) continue
    const own = stored.get(key)
    if (own === undefined) counts.missingValues++
    else if (Math.abs(own - value) > 1e-9 * Math.max(1, Math.abs(value))) counts.otherValues++
    else continue
    examples.push(`${iso(at)} ${key}: Prometheus ${value}, stored ${own}`)
  }
  for (const key of old) {
    if (!stored.has(key)) continue
    counts.oldValues++
    examples.push(`${key}: stored, though rules had not been evaluated`)
  }
  return { ...counts, values: truth.size, examples }
}

async function storedValues(pool: Pool, first: number, last: number): Promise<Map<string, number>> {
  const { rows } = await pool.query<StoredRow>(
    `SELECT extract(epoch FROM at)::float8 * 1000 AS at, service, model, context_size, operation, kpi, value, samples, mean, p50, p95, p99, snapshots.max
     FROM snapshots JOIN series ON series.id = series_id WHERE at BETWEEN to_timestamp($1) AND to_timestamp($2)`,
    [first / 1_000, last / 1_000],
  )
  const values = new Map<string, number>()
  for (const row of rows) {
    for (const field of fields) {
      const value = row[field]
      if (value === null) continue
      const key = [
        Math.round(row.at),
        row.service,
        row.model,
        row.context_size,
        row.operation,
        row.kpi,
        field,
      ]
      values.set(JSON.stringify(key), value)
    }
  }
  return values
}

const instantOf = (key: string) => (JSON.parse(key) as [number])[0]

const seriesKey = (labels: object) => JSON.stringify(Object.entries(labels).sort())

const iso = (at: number) => new Date(at).toISOString()
