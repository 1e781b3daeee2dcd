import { names } from '@mnemoscope/kpi'
import { figureOf } from '../database/figure.js'
import { storableName } from '../database/text.js'
import type { Sample } from '../prometheus/query.js'
import { type Buckets, bucketsOf } from './buckets.js'

/** One KPI of one series at one instant; what is unknown is null. */
export interface SnapshotRow {
  readonly service: string
  readonly model: string
  readonly contextSize: string
  /** Empty where the metric has none. */
  readonly operation: string
  readonly kpi: string
  readonly value: number | null
  readonly samples: number | null
  readonly mean: number | null
  readonly p50: number | null
  readonly p95: number | null
  readonly p99: number | null
  readonly max: number | null
  /** Left out where they are unknown. */
  readonly buckets?: Buckets
}

type Field = Exclude<keyof SnapshotRow, 'service' | 'model' | 'contextSize' | 'operation' | 'kpi' | 'buckets'>

/** What a recorded series says of a row: which row it is of, and which of its fields. */
export interface Place {
  readonly row: SnapshotRow
  /** The same for all series of a row, another for any other row. */
  readonly key: string
  readonly field: Field
}

/** A value of a place. */
export interface PlacedSample {
  readonly place: Place
  readonly value: number
}

/** Where the samples of a series belong; undefined without the labels of a row, and for a name that Mnemoscope does not have. */
export function placeOf(labels: Sample['labels']): Place | undefined {
  const recorded = names.parseRecordedSeries(labels.__name__ ?? '')
  const found = recorded && rowOf(labels, recorded.kpi)
  if (recorded === undefined || found === undefined) return undefined
  return { ...found, field: recorded.field === 'current' ? 'value' : recorded.field }
}

/** How many operations of a row are at or below a boundary. */
export interface BucketPlace {
  /** As of its row. */
  readonly key: string
  readonly upper: number
}

/** Where the samples of a series of buckets belong, as `placeOf`. */
export function bucketPlaceOf(labels: Sample['labels']): BucketPlace | undefined {
  const kpi = names.parseBucketSeries(labels.__name__ ?? '')
  const found = kpi === undefined ? undefined : rowOf(labels, kpi)
  const { le = '' } = labels
  return (
    found && { key: found.key, upper: le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le || Number.NaN) }
  )
}

function rowOf(labels: Sample['labels'], kpi: string): Pick<Place, 'row' | 'key'> | undefined {
  const service = storableName(labels[names.label.job] ?? '')
  const model = storableName(labels[names.label.model] ?? '')
  const contextSize = storableName(labels[names.label.contextSize] ?? '')
  const operation = storableName(labels[names.label.operation] ?? '')
  if (!service || !model || !contextSize) return undefined
  return {
    row: { service, model, contextSize, operation, kpi, ...unknown },
    key: JSON.stringify([service, model, contextSize, operation, kpi]),
  }
}

/**
 * Rows of a snapshot from the recorded series at its instant. Each row is of one service, model, context size and operation:
 * values of different ones never meet. Series that belong to no row are left out; NaN, infinities and what is too large
 * for anything, which say that there is no value, become null.
 */
export function snapshotRows(samples: readonly Sample[], buckets: readonly Sample[] = []): SnapshotRow[] {
  return rowsOf(
    samples.flatMap(({ labels, value }) => {
      const place = placeOf(labels)
      return place === undefined ? [] : [{ place, value }]
    }),
    buckets.flatMap(({ labels, value }) => {
      const place = bucketPlaceOf(labels)
      return place === undefined ? [] : [{ place, value }]
    }),
  )
}

/** A value of a place of buckets. */
export interface PlacedBucket {
  readonly place: BucketPlace
  readonly value: number
}

/** The same from values of which it is known already where they belong. */
export function rowsOf(
  samples: readonly PlacedSample[],
  bucketSamples: readonly PlacedBucket[] = [],
): SnapshotRow[] {
  const rows = new Map<string, Mutable>()
  for (const { place, value } of samples) {
    let row = rows.get(place.key)
    if (row === undefined) {
      row = { ...place.row }
      rows.set(place.key, row)
    }
    row[place.field] = figureOf(value)
  }
  const upTo = new Map<string, [number, number][]>()
  for (const { place, value } of bucketSamples) {
    const own = upTo.get(place.key)
    if (own === undefined) upTo.set(place.key, [[place.upper, value]])
    else own.push([place.upper, value])
  }
  for (const [key, own] of upTo) {
    const row = rows.get(key)
    // Without quantiles the boundaries have just changed, and their buckets do not fit together.
    const buckets = row?.samples && row.p50 !== null ? bucketsOf(own) : undefined
    if (row !== undefined && buckets !== undefined) row.buckets = buckets
  }
  return [...rows.values()]
}

type Mutable = { -readonly [Name in keyof SnapshotRow]: SnapshotRow[Name] }

const unknown = { value: null, samples: null, mean: null, p50: null, p95: null, p99: null, max: null }
