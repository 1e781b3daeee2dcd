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
  let bytes = Buffer.allocUnsafe(chunkBytes)
  let end = 0
  for (const { at, seriesId, row } of rows) {
    const kpi = kpis.get(row.kpi) ?? Buffer.from(row.kpi)
    kpis.set(row.kpi, kpi)
    const buckets = row.buckets && places && numericOf(row.buckets, places.get(row.kpi))
    const most = rowBytes + kpi.length + (buckets?.length ?? 0)
    if (end + most > bytes.length) {
      yield bytes.subarray(0, end)
      bytes = Buffer.allocUnsafe(Math.max(chunkBytes, most))
      end = 0
    }
    end = bytes.writeInt16BE(3 + figures.length + (places === undefined ? 0 : 1), end)
    end = bytes.writeInt32BE(8, end)
    end = bytes.writeBigInt64BE(BigInt(at.getTime() - postgresEpochMs) * 1_000n, end)
    end = bytes.writeInt32BE(4, end)
    end = bytes.writeInt32BE(seriesId, end)
    end = bytes.writeInt32BE(kpi.length, end)
    end += kpi.copy(bytes, end)
    for (const figure of figures) {
      const value = row[figure]
      // A length of -1 stands for NULL.
      end = bytes.writeInt32BE(value === null ? -1 : 8, end)
      if (value !== null) end = bytes.writeDoubleBE(value, end)
    }
    if (places !== undefined) end = bytes.writeInt32BE(buckets?.length ?? -1, end)
    if (buckets !== undefined) end += buckets.copy(bytes, end)
  }
  yield bytes.subarray(0, end)
  yield trailer
}
