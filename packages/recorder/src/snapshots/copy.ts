import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { type BucketPlaces, numericOf } from './buckets.js'
import type { SnapshotRow } from './row.js'

/** A row with its instant and the number that its series has in the database. */
export interface PlacedRow {
  readonly at: Date
  readonly seriesId: number
  readonly row: SnapshotRow
}

/** Columns of a snapshot that are numbers. */
const figures = ['value', 'samples', 'mean', 'p50', 'p95', 'p99', 'max'] as const

/** Most bytes of a row, without its KPI's id and its buckets. */
const rowBytes = 30 + 12 * figures.length
const chunkBytes = 65_536

/** Signature, flags, and the length of an extension that is not there. */
const header = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')
const trailer = Buffer.from([0xff, 0xff])
/** Postgres counts microseconds from then. */
const postgresEpochMs = Date.UTC(2000, 0)

/**
 * Appends rows to a table of snapshots by COPY, which takes half the time of an INSERT. None may be there already.
 * @param places of the buckets; without them buckets are not stored
 */
export async function copyRows(
  client: pg.PoolClient,
  table: 'snapshots' | 'snapshots_overall',
  rows: Iterable<PlacedRow>,
  places?: BucketPlaces,
): Promise<number> {
  const columns = ['at', 'series_id', 'kpi', ...figures, ...(places === undefined ? [] : ['buckets'])]
  const copy = client.query(copyFrom(`COPY ${table} (${columns.join(', ')}) FROM STDIN (FORMAT binary)`))
  // A connection that breaks can emit two errors, and the second has no listener.
  copy.on('error', () => undefined)
  await pipeline(Readable.from(encoded(rows, places)), copy)
  return copy.rowCount
}

/** Rows in COPY's binary format, piece by piece: https://www.postgresql.org/docs/current/sql-copy.html */
function* encoded(rows: Iterable<PlacedRow>, places: BucketPlaces | undefined): Generator<Buffer> {
  yield header
  const kpis = new Map<string, Buffer>()
  let bytes = Buffer.allocUnsafeSlow(chunkBytes)
  // Writes numbers several times as fast as a Buffer does.
  let view = new DataView(bytes.buffer)
  let end = 0
  for (const { at, seriesId, row } of rows) {
    const kpi = kpis.get(row.kpi) ?? Buffer.from(row.kpi)
    kpis.set(row.kpi, kpi)
    const buckets = row.buckets && places && numericOf(row.buckets, places.get(row.kpi))
    const most = rowBytes + kpi.length + (buckets?.length ?? 0)
    if (end + most > bytes.length) {
      yield bytes.subarray(0, end)
      bytes = Buffer.allocUnsafeSlow(Math.max(chunkBytes, most))
      view = new DataView(bytes.buffer)
      end = 0
    }
    view.setInt16(end, 3 + figures.length + (places === undefined ? 0 : 1))
    view.setInt32(end + 2, 8)
    view.setBigInt64(end + 6, BigInt(at.getTime() - postgresEpochMs) * 1_000n)
    view.setInt32(end + 14, 4)
    view.setInt32(end + 18, seriesId)
    view.setInt32(end + 22, kpi.length)
    bytes.set(kpi, end + 26)
    end += 26 + kpi.length
    for (const figure of figures) {
      const value = row[figure]
      // A length of -1 stands for NULL.
      view.setInt32(end, value === null ? -1 : 8)
      end += 4
      if (value === null) continue
      view.setFloat64(end, value)
      end += 8
    }
    if (places === undefined) continue
    view.setInt32(end, buckets?.length ?? -1)
    end += 4
    if (buckets === undefined) continue
    bytes.set(buckets, end)
    end += buckets.length
  }
  yield bytes.subarray(0, end)
  yield trailer
}
