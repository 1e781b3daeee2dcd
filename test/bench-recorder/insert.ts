import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Pool } from 'pg'
import type { SnapshotRow } from '../../packages/recorder/dist/snapshots/row.js'
import { storeInstants } from '../../packages/recorder/dist/snapshots/store.js'
import { figure, median, progress, timed } from './figures.js'
import { bucketSeries, bucketsIn, fieldsOf } from './recorded-series.js'

const fields = ['current', 'samples', 'mean', 'p50', 'p95', 'p99', 'max'] as const

/**
 * The rows of one snapshot cycle at a time, in turn with bare COPYs of the same rows from a file on the server: into a
 * table like a partition of the snapshots, with its key, and into one without any index.
 */
export async function measureInsert(
  pool: Pool,
  { pairs, cycles }: { pairs: number; cycles: number },
): Promise<void> {
  progress(`storing ${cycles} cycles of ${pairs} models and sizes, in turn with COPY …`)
  const rows = rowsOf(pairs)
  const now = Math.floor(Date.now() / 60_000) * 60_000
  await storeInstants(pool, [{ at: new Date(now), rows }])
  await pool.query('CREATE TABLE keyed (LIKE snapshots INCLUDING ALL); CREATE TABLE plain (LIKE snapshots)')
  const client = await pool.connect()
  const file = join(tmpdir(), `mnemoscope-copy-${process.pid}`)
  const times = { ours: [] as number[], keyed: [] as number[], plain: [] as number[] }
  try {
    for (let i = 1; i <= cycles; i++) {
      const at = new Date(now - i * 60_000)
      times.ours.push(await timed(() => storeInstants(pool, [{ at, rows }])))
      await client.query(`COPY (SELECT * FROM snapshots WHERE at = '${at.toISOString()}') TO '${file}'`)
      for (const table of ['keyed', 'plain'] as const) {
        times[table].push(await timed(() => client.query(`COPY ${table} FROM '${file}'`)))
      }
    }
  } finally {
    client.release()
    rmSync(file, { force: true })
  }
  const [ours, keyed, plain] = [median(times.ours), median(times.keyed), median(times.plain)]
  figure('rows stored a second', rows.length / (ours / 1_000), 'rows/s')
  figure('rate beside a bare COPY', keyed / ours, 'of COPY', { atLeast: 0.5 })
  figure('rate beside a COPY into a table without a key', plain / ours, 'of COPY')
}

/** Rows with every field that is recorded, with all digits that measured values have, and the same in every run. */
function rowsOf(pairs: number): SnapshotRow[] {
  return Array.from({ length: pairs }, (_, pair) =>
    [...fieldsOf].map(([kpi, recorded]) => {
      const fieldValue = (field: (typeof fields)[number]) =>
        recorded.includes(field) ? 1 / Math.sqrt(pair + fields.indexOf(field) + 2) : null
      const place = {
        service: 'memory',
        model: `model-${pair >> 1}`,
        contextSize: pair % 2 ? '8192' : '32768',
        operation: 'search',
      }
      return {
        ...place,
        kpi,
        value: fieldValue('current'),
        samples: fieldValue('samples'),
        mean: fieldValue('mean'),
        p50: fieldValue('p50'),
        p95: fieldValue('p95'),
        p99: fieldValue('p99'),
        max: fieldValue('max'),
        buckets: bucketsIn(bucketSeries.get(kpi)?.boundaries ?? []),
      }
    }),
  ).flat()
}
