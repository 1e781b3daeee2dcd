import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { openReader } from '@mnemoscope/recorder'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { type CliResult, mnemoscopeHere, temporaryFolder } from '../../../../test/harness/index.js'
import { type ReaderDatabase, startReaderDatabase } from '../../../../test/harness/reader-database.js'
import { exportTables, Stopped } from '../../src/export/export.js'

const folder = temporaryFolder('export')
let database: ReaderDatabase
const days = ['2026-03-14', '2026-03-15', '2026-03-16']
/** The last 1.5 days: both ends are instants of snapshots. */
const time = ['--from', '2026-03-15T12:00:00Z', '--to', '2026-03-16T23:50:00Z']

beforeAll(async () => {
  database = await startReaderDatabase()
  for (const [i, day] of days.entries()) {
    for (const table of ['snapshots', 'measurements']) {
      const next = days[i + 1] ?? '2026-03-17'
      await database.run(
        `CREATE TABLE ${table}_${i} PARTITION OF ${table} FOR VALUES FROM ('${day} 00:00+00') TO ('${next} 00:00+00')`,
      )
    }
  }
  await database.run(
    `INSERT INTO series (service, model, context_size, operation)
     VALUES ('memory', 'a', '8192', 'search'), ('memory', 'b,"=', '+Inf', ''), ('api', 'a', '8192', 'search')`,
  )
  await database.run(
    `INSERT INTO snapshots (at, series_id, kpi, value, samples, mean)
     SELECT at, id, kpi, CASE WHEN id <> 2 THEN extract(epoch FROM at)::numeric % 997 / 997.0 END, 5, 1 / 3.0
     FROM generate_series('2026-03-14 00:00+00'::timestamptz, '2026-03-16 23:50+00', '10 min') AS at, series,
       (VALUES ('f1_score'), ('latency')) AS kpis (kpi)`,
  )
  await database.run(
    `INSERT INTO measurements (at, id, kpi, value, service, model, context_size, operation, metadata)
     SELECT at + interval '1 microsecond', gen_random_uuid(), 'f1_score', 0.1, 'memory', 'a', '8192', '=cmd', '{"note": "one\\ntwo, \\"three\\""}'
     FROM generate_series('2026-03-14 00:00+00'::timestamptz, '2026-03-16 23:50+00', '1 hour') AS at`,
  )
  await database.run(
    `INSERT INTO alert_episodes (cluster, fingerprint, alertname, service, model, operation, starts_at, ends_at, closed_at,
       closed_how, summary, labels, annotations)
     SELECT 'default', n, 'Slow', 'memory', 'a', 'search', starts, ends, ends, CASE WHEN ends IS NOT NULL THEN 'resolved' END,
       'slow', '{"job": "memory"}', '{}'
     FROM (VALUES (1, '2026-03-14 01:00+00'::timestamptz, '2026-03-14 02:00+00'::timestamptz), (2, '2026-03-14 03:00+00', NULL),
       (3, '2026-03-15 11:00+00', '2026-03-15 12:00+00'), (4, '2026-03-16 01:00+00', '2026-03-16 02:00+00')) AS given (n, starts, ends)`,
  )
}, 120_000)
afterAll(async () => {
  await database?.stop()
  folder.remove()
})

function exported(...args: string[]): Promise<CliResult> {
  return mnemoscopeHere(folder.path, ['export', ...args], { MNEMOSCOPE_READER_URL: database.reader })
}

/** Rows of a CSV text, by RFC 4180. */
function csvRows(text: string): Record<string, string>[] {
  const fields = [...text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)]
  const lines: string[][] = [[]]
  for (const [, quoted, plain = '', end] of fields) {
    lines.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain)
    if (end !== ',') lines.push([])
  }
  const [head = [], ...rows] = lines.slice(0, -1)
  return rows.map((row) => Object.fromEntries(head.map((name, i) => [name, row[i] ?? ''])))
}

async function parquetRows(path: string): Promise<Record<string, unknown>[]> {
  return parquetReadObjects({ file: await asyncBufferFromFile(path) })
}

test('writes what the database has of a time, as CSV and Parquet', async () => {
  const { stdout, stderr, exitCode } = await exported(
    ...time,
    '--format',
    'csv',
    'parquet',
    '-o',
    'all',
    '--json',
  )
  expect([stderr, exitCode]).toEqual(['', 0])
  const { rows: counts } = await database.run(
    `SELECT (SELECT count(*) FROM snapshots WHERE at BETWEEN '2026-03-15 12:00+00' AND '2026-03-16 23:50+00') AS snapshots,
       (SELECT count(*) FROM measurements WHERE at BETWEEN '2026-03-15 12:00+00' AND '2026-03-16 23:50+00') AS measurements`,
  )
  const { snapshots, measurements } = counts[0]
  expect(Number(snapshots)).toBe((36 * 6 + 1 - 1) * 6)
  expect(
    JSON.parse(stdout).map(({ file, rows }: { file: string; rows: number }) => [file, String(rows)]),
  ).toEqual([
    ['all/snapshots.csv', snapshots],
    ['all/snapshots.parquet', snapshots],
    ['all/episodes.csv', '3'],
    ['all/episodes.parquet', '3'],
    ['all/measurements.csv', measurements],
    ['all/measurements.parquet', measurements],
  ])
  const path = (name: string) => join(folder.path, 'all', name)
  const csv = csvRows(readFileSync(path('snapshots.csv'), 'utf8'))
  const parquet = await parquetRows(path('snapshots.parquet'))
  expect([csv.length, parquet.length]).toEqual([Number(snapshots), Number(snapshots)])
  const { rows } = await database.run(
    `SELECT * FROM kpi_values WHERE at BETWEEN '2026-03-15 12:00+00' AND '2026-03-16 23:50+00'
     ORDER BY at, service, model, context_size, operation, kpi`,
  )
  expect(parquet).toEqual(
    rows.map((row) => ({ ...row, context_tokens: row.context_tokens && BigInt(row.context_tokens) })),
  )
  expect(csv).toEqual(
    rows.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [
          name,
          value instanceof Date
            ? value.toISOString().replace('.000Z', 'Z')
            : value === null
              ? ''
              : String(value),
        ]),
      ),
    ),
  )

  const [measured] = csvRows(readFileSync(path('measurements.csv'), 'utf8'))
  expect(measured).toMatchObject({ at: '2026-03-15T12:00:00.000001Z', operation: "'=cmd" })
  expect(JSON.parse(measured?.metadata ?? '')).toEqual({ note: 'one\ntwo, "three"' })
  const [stored] = await parquetRows(path('measurements.parquet'))
  expect(stored).toMatchObject({ operation: '=cmd', metadata: { note: 'one\ntwo, "three"' }, outcome: null })
  const episodes = await parquetRows(path('episodes.parquet'))
  expect(episodes.map(({ id, ends_at }) => [id, ends_at === null])).toEqual([
    [2n, true],
    [3n, false],
    [4n, false],
  ])
})

test('takes a part only, and an empty one is an empty table', async () => {
  const one = await exported('snapshots', ...time, '--service', 'memory', '--model', 'a', '-o', 'part')
  expect(one.stdout).toMatch(/^Wrote part\/snapshots.csv: 432 rows, \d+ kB\n$/)
  await exported('snapshots', ...time, '--service', 'none', '-o', 'empty', '--format', 'parquet', 'csv')
  expect(await parquetRows(join(folder.path, 'empty/snapshots.parquet'))).toEqual([])
  expect(readFileSync(join(folder.path, 'empty/snapshots.csv'), 'utf8')).toMatch(
    /^at,service,model,[^\n]+\r\n$/,
  )
})

test('replaces nothing without --force, and leaves no unfinished file', async () => {
  const path = join(folder.path, 'episodes.csv')
  writeFileSync(path, 'mine')
  const refused = await exported('episodes', 'measurements', ...time)
  expect(refused.stderr).toMatch(
    /USAGE\n {2}episodes.csv exists\n {2}Expected: files that do not exist yet\n {2}Next: Name another folder with --output/,
  )
  expect([readFileSync(path, 'utf8'), refused.exitCode]).toEqual(['mine', 2])
  expect(readdirSync(folder.path)).not.toContain('measurements.csv')
  expect((await exported('episodes', ...time, '--force')).exitCode).toBe(0)
  expect(csvRows(readFileSync(path, 'utf8'))).toHaveLength(3)

  const reader = await openReader(database.reader, { consistent: true })
  const stopped = exportTables({
    ...{ reader, tables: ['episodes', 'snapshots'], formats: ['csv', 'parquet'], force: false },
    part: { from: new Date('2026-03-14'), to: new Date('2026-03-17') },
    folder: join(folder.path, 'stopped'),
    onRows: () => undefined,
    stopping: AbortSignal.abort(),
  })
  await expect(stopped).rejects.toThrow(Stopped)
  await reader.close()
  expect(readdirSync(join(folder.path, 'stopped'))).toEqual([])
})

test('refuses what is not a time', async () => {
  expect((await exported('--from', 'yesterday')).stderr).toContain('--from: "yesterday" is not a time')
  expect((await exported('--from', '2026-03-16', '--to', '2026-03-15')).stderr).toContain(
    'ends before it begins',
  )
})
