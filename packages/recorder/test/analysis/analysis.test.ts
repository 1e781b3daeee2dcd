import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import type pg from 'pg'
import {
  bestFirst,
  type ChangePoint,
  improved,
  type MeasurementFigures,
  type ModelFigures,
  type WeekFigures,
} from '../../src/analysis/compare.js'
import { createPartitions, daysBetween } from '../../src/database/partitions.js'
import { changedBefore } from '../../src/episodes/before.js'
import { rollUp } from '../../src/snapshots/rollup.js'
import { getJson } from '../plumbing/get-json.js'
import { startTestRecorder, type TestRecorder } from '../plumbing/recorder.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

const { kpis } = defineConfig()
const hourMs = 3_600_000
const now = Math.floor(Date.now() / hourMs) * hourMs
/** End of what is asked about, the same for every question: what one begins with must not be past for the next. */
const to = new Date(now + 1).toISOString()
/** The hour at which the F1 score of model `a` falls from about 0.9 to about 0.7. */
const fell = now - 30 * hourMs

let recorder: TestRecorder
let pool: pg.Pool

beforeAll(async () => {
  recorder = await startTestRecorder({}, seed)
  pool = recorder.pool
})

afterAll(() => recorder?.stop())

async function seed(pool: pg.Pool): Promise<void> {
  const days = daysBetween(new Date(now - 16 * 24 * hourMs), new Date(now))
  for (const table of ['snapshots', 'measurements'] as const) await createPartitions(pool, table, days)
  await pool.query(
    `INSERT INTO series (service, model, context_size)
     VALUES ('memory', 'a', '8192'), ('memory', 'b', '8192')`,
  )
  // Two weeks of hours with two snapshots each; noise that is the same in each run, without any trend.
  await pool.query(
    `INSERT INTO snapshots (at, series_id, kpi, value)
     SELECT at, id, 'f1_score',
       CASE WHEN model = 'a' AND at >= $2 THEN 0.7 ELSE 0.9 END + 0.02 * sin(12.9898 * extract(epoch FROM at) / 1800)
     FROM generate_series($1::timestamptz - interval '336 hours', $1::timestamptz - interval '30 min', '30 min') AS at, series`,
    [new Date(now), new Date(fell)],
  )
  await pool.query('INSERT INTO snapshot_instants (at, rows) SELECT at, 2 FROM snapshots GROUP BY at')
  await pool.query(
    `INSERT INTO measurements (at, id, kpi, value, service, model, context_size, operation, severity, metadata)
     SELECT $1::timestamptz - interval '1 min' * n, gen_random_uuid(), 'f1_score', 0.5 + n / 100.0, 'memory', 'a', '8192',
       'benchmark', CASE WHEN n = 0 THEN 'critical' END, jsonb_build_object('structure', 'bench-' || n % 2) || CASE WHEN n > 3 THEN '{"evaluator": "judge"}' ELSE '{}' END::jsonb
     FROM generate_series(0, 9) AS n`,
    [new Date(now)],
  )
  await pool.query(
    `INSERT INTO alert_episodes (cluster, fingerprint, alertname, severity, kpi, service, model, context_size, starts_at,
       summary, labels, annotations)
     VALUES ('default', 'aa', 'A', 'critical', 'f1_score', 'memory', 'a', '8192', $1, 'a', '{}', '{}')`,
    [new Date(fell)],
  )
  await pool.query(
    `INSERT INTO config_changes (at, by, source, sha256, previous_sha256, differences, restarts, config)
     SELECT $1::timestamptz - interval '1 hour' * n, 'ada', 'file', n, CASE WHEN n < 20 THEN 'x' END, '[]', '[]', '{}'
     FROM unnest(ARRAY[20, 7, 2, -1]) AS n`,
    [new Date(fell)],
  )
}

const analysis = async <T>(path: string): Promise<T> => {
  const { status, body } = await getJson<T>(`${recorder.url}/api/analysis/${path}`)
  expect(status).toBe(200)
  return body
}

describe('models side by side', () => {
  test('come best first, the same from roll-ups as from snapshots', async () => {
    const read = () => analysis<{ models: ModelFigures[] }>(`models?hours=24&kpi=f1_score&to=${to}`)
    const before = await read()
    expect(before.models.map(({ model, snapshots }) => [model, snapshots])).toEqual([
      ['b', expect.any(Number)],
      ['a', expect.any(Number)],
    ])
    expect(before.models[1]?.mean).toBeCloseTo(0.7, 2)
    while ((await rollUp(pool, new Date())) > 0);
    const after = await read()
    for (const [i, { mean, ...rest }] of after.models.entries()) {
      expect({ ...rest, mean: mean?.toFixed(9) }).toEqual({
        ...before.models[i],
        mean: before.models[i]?.mean?.toFixed(9),
      })
    }
  })

  test('keep evaluators and structures apart, and say how many breaches are among what was kept', async () => {
    const { measurements } = await analysis<{ measurements: MeasurementFigures[] }>(
      `models?hours=24&to=${to}`,
    )
    expect(
      measurements.map(({ operation, evaluator, structure, measurements: count, breaches }) => [
        operation,
        evaluator,
        structure,
        count,
        breaches,
      ]),
    ).toEqual([
      ['benchmark', 'judge', 'bench-0', 3, 0],
      ['benchmark', 'judge', 'bench-1', 3, 0],
      ['benchmark', null, 'bench-0', 2, 1],
      ['benchmark', null, 'bench-1', 2, 0],
    ])
    expect(measurements[0]?.median).toBeCloseTo(0.56)
  })
})

test.each(['f1_score', 'latency'])('models come best first by %s, and unknown ones last', (kpi) => {
  const row = (model: string, mean: number | null) => ({ kpi, model, mean })
  const rows = [row('unknown', null), row('b', 0.9), row('also', null), row('a', 0.9), row('c', 0.5)]
  const byMean = kpi === 'f1_score' ? ['a', 'b', 'c'] : ['c', 'a', 'b']
  const order = rows.toSorted(bestFirst(kpis)).map(({ model }) => model)
  expect(order).toEqual([...byMean, 'also', 'unknown'])
})

test('a week compared with the one before lists the largest change first, and whether it is better', async () => {
  const { weeks } = await analysis<{ weeks: WeekFigures[] }>(`weeks?hours=24&to=${to}`)
  expect(weeks.map(({ model, improved: better }) => [model, better])[0]).toEqual(['a', false])
  expect(weeks[0]?.change).toBeCloseTo(-0.2 / 0.9, 2)
  expect(weeks[0]?.snapshots_before).toBeGreaterThan(40)
  expect(Math.abs(weeks[1]?.change ?? 1)).toBeLessThan(0.02)
})

describe('change points', () => {
  test('are found to the hour, and noise has none', async () => {
    const { changes } = await analysis<{ changes: ChangePoint[] }>(`changes?hours=168&to=${to}`)
    expect(changes).toEqual([
      expect.objectContaining({ kpi: 'f1_score', model: 'a', at: fell / 1_000, improved: false }),
    ])
    expect(changes[0]?.before).toBeCloseTo(0.9, 1)
    expect(changes[0]?.after).toBeCloseTo(0.7, 1)
  })

  test.each([
    ['a constant', new Array(40).fill(1), []],
    ['too few values', [1, 1, 1, 2, 2, 2], []],
    ['an outlier', [...new Array(20).fill(1), 50, ...new Array(20).fill(1)], []],
    ['a step too small to matter', [...new Array(20).fill(1), ...new Array(20).fill(1.01)], []],
    [
      'a disturbance that goes by',
      [...new Array(24).fill(1), ...new Array(24).fill(2), ...new Array(24).fill(1)],
      [],
    ],
    [
      'a step after the lowest values of the old level',
      [
        ...new Array(60).fill(1).map((value, i) => value + (i % 7) / 100),
        0.98,
        0.97,
        0.96,
        ...new Array(20).fill(0.6),
      ],
      [64],
    ],
    [
      'a step so clear that its likelihood is too small for a number',
      [...new Array(2_000).fill(1), ...new Array(2_000).fill(2)],
      [2_001],
    ],
    ['two steps', [...new Array(24).fill(1), ...new Array(24).fill(2), ...new Array(24).fill(3)], [25, 49]],
  ])('of %s', async (_, values, places) => {
    const { rows } = await pool.query<{ place: number }>('SELECT place FROM change_points_of($1)', [values])
    expect(rows.map(({ place }) => place)).toEqual(places)
  })

  test('are the same in whatever order the hours are stored', async () => {
    while ((await rollUp(pool, new Date())) > 0);
    const read = () => analysis<{ changes: ChangePoint[] }>(`changes?hours=168&to=${to}`)
    const before = await read()
    // A row that is written again goes to the end of its table.
    await pool.query('UPDATE snapshots_hourly SET count = count WHERE extract(hour FROM hour)::int % 3 = 0')
    expect(await read()).toEqual(before)
    expect(before.changes).toHaveLength(1)
  })

  test('are found in every series with a change, and rarely in one without', async () => {
    // Lists of many lengths with steps of many sizes, some values alike, out of order.
    const { rows } = await pool.query<{ changed: boolean; may: boolean }>(
      `SELECT EXISTS (SELECT FROM change_points_of(listed.values)) AS changed, may_change(mixed.values, mixed.times) AS may
       FROM generate_series(16, 400, 8) AS n, unnest('{0, 3}'::int[]) AS digits,
            unnest('{0, 0, 0.02, -0.5, 1, -5}'::float8[]) WITH ORDINALITY AS step (size, id)
       CROSS JOIN LATERAL (
         SELECT array_agg(round((size * (i > n * 0.6)::int + sin(12.9898 * i * id))::numeric, digits)::float8 ORDER BY i) AS values
         FROM generate_series(1, n) AS i
       ) AS listed
       CROSS JOIN LATERAL (
         SELECT array_agg(value ORDER BY value, i) AS values,
                array_agg('2026-01-01'::timestamptz + interval '1 hour' * i ORDER BY value, i) AS times
         FROM unnest(listed.values) WITH ORDINALITY AS value (value, i)
       ) AS mixed`,
    )
    const changed = rows.filter((list) => list.changed)
    const unchanged = rows.filter((list) => !list.changed)
    expect(changed.filter(({ may }) => !may)).toEqual([])
    expect(changed.length).toBeGreaterThan(50)
    expect(unchanged.filter(({ may }) => !may).length).toBeGreaterThan(unchanged.length / 4)
  })
})

test("no question is planned over every day's table, which made Postgres compile it for longer than it takes", async () => {
  for (const question of ['compare_models', 'compare_weeks', 'change_points']) {
    const { rows } = await pool.query(`EXPLAIN SELECT * FROM ${question}(now() - interval '14 days', now())`)
    expect(rows.filter((line) => /snapshots_(?!6h)\d/.test(line['QUERY PLAN']))).toEqual([])
  }
})

test('every question in SQL of the front page can be asked', async () => {
  const readme = await readFile(new URL('../../../../README.md', import.meta.url), 'utf8')
  const blocks = [...readme.matchAll(/^```sql\n(.+?)^```/gms)].map(([, sql]) => sql as string)
  const questions = blocks.flatMap((sql) => sql.replaceAll(/^--.*$/gm, '').match(/\S[^;]+;/g) ?? [])
  expect(questions.length).toBeGreaterThan(5)
  for (const question of questions) await pool.query(question)
})

test('what came before an episode includes changes of the configuration, not those after it or long before', async () => {
  const { config_changes: changes } = await changedBefore(pool, '1', 60)
  expect(changes).toEqual([
    expect.objectContaining({ by: 'ada', at: (fell - 2 * hourMs) / 1_000, differences: [] }),
  ])
})

test.each([
  ['f1_score', 0.8, 0.9, true],
  ['f1_score', 0.9, 0.8, false],
  ['latency', 1, 2, false],
  ['latency', 1, 1, null],
  ['latency', null, 1, null],
  ['gone', 1, 2, null],
])('%s from %p to %p: improved is %p', (kpi, before, after, verdict) => {
  expect(improved(kpis, kpi, before, after)).toBe(verdict)
})
