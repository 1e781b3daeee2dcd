import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { mnemoscopeHere } from '../../../../test/harness/index.js'
import type { ModelFigures, WeekFigures } from '../../src/analysis/compare.js'
import { createPartitions, daysBetween } from '../../src/database/partitions.js'
import type { DashboardData } from '../../src/index.js'
import { fiveMinutes, hours, type RollUpLevel, rollUp, sixHours } from '../../src/snapshots/rollup.js'
import { getJson } from '../plumbing/get-json.js'
import { startTestRecorder, type TestRecorder } from '../plumbing/recorder.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const weekMs = 168 * hourMs
/** What is seeded ends here, and windows are counted back from here. */
const end = Math.floor((Date.now() - 2 * hourMs) / hourMs) * hourMs

/** A snapshot of a KPI, as it was measured. */
interface Raw {
  readonly at: number
  readonly model: string
  readonly kpi: string
  readonly value: number | null
  readonly samples: number | null
  readonly mean: number | null
}

/**
 * Six hours with a snapshot a minute, this week and the one before: a busy model and one that is nearly idle, of which
 * some snapshots have no value and some no operations, and a gauge of which nobody counts the readings.
 */
const raw: readonly Raw[] = [end - weekMs, end].flatMap((until, week) =>
  Array.from({ length: 6 * 60 }, (_, minute) => until - (minute + 1) * minuteMs).flatMap((at, i): Raw[] => [
    {
      at,
      model: 'busy',
      kpi: 'f1_score',
      value: 0.8 + (i % 7) / 50,
      samples: 40 + (i % 11),
      mean: 0.7 + (i % 13) / 60 + week / 20,
    },
    ...(i % 30 === 0
      ? [{ at, model: 'idle', kpi: 'f1_score', value: 0.4, samples: 2, mean: 0.1 + (i % 60) / 300 }]
      : []),
    {
      at,
      model: 'idle',
      kpi: 'latency',
      value: i % 5 === 0 ? null : 3 + (i % 17),
      samples: i % 3 === 0 ? null : 1 + (i % 4),
      mean: i % 3 === 0 ? null : 0.5 + (i % 19) / 10,
    },
    { at, model: 'busy', kpi: 'memory_usage', value: 1_000 + i, samples: null, mean: null },
  ]),
)

/** Minutes before the end: no window begins and ends at full hours but the first. */
const windows: readonly (readonly [from: number, to: number])[] = [
  [240, 120],
  [61, 1],
  [59, 20],
  [243.5, 97.25],
  [300, 1],
  [301, 299],
  [125, 121],
  [187.01, 66.99],
  [120.5, 119.5],
  [1_000, 33],
]

let recorder: TestRecorder

beforeAll(async () => {
  recorder = await startTestRecorder({}, async (pool) => {
    await createPartitions(pool, 'snapshots', daysBetween(new Date(end - weekMs - 7 * hourMs), new Date(end)))
    await pool.query(
      "INSERT INTO series (service, model, context_size) VALUES ('memory', 'busy', '8192'), ('memory', 'idle', '8192')",
    )
    await pool.query(
      `INSERT INTO snapshots (at, series_id, kpi, value, samples, mean)
       SELECT given.at, series.id, given.kpi, given.value, given.samples, given.mean
       FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::float8[], $5::float8[], $6::float8[])
         AS given (at, model, kpi, value, samples, mean) JOIN series USING (model)`,
      [
        raw.map(({ at }) => new Date(at)),
        raw.map(({ model }) => model),
        raw.map(({ kpi }) => kpi),
        raw.map(({ value }) => value),
        raw.map(({ samples }) => samples),
        raw.map(({ mean }) => mean),
      ],
    )
    await pool.query(
      'INSERT INTO snapshot_instants (at, rows) SELECT at, count(*) FROM snapshots GROUP BY at',
    )
  })
}, 60_000)

afterAll(() => recorder?.stop())

/** What somebody counts by hand. */
function counted(rows: readonly Raw[]) {
  const values = rows.flatMap(({ value }) => (value === null ? [] : [value]))
  const measured = rows.flatMap(({ samples, mean }) =>
    samples === null || mean === null ? [] : [{ samples, mean }],
  )
  const sum = (list: readonly number[]) => list.reduce((total, each) => total + each, 0)
  const samples = measured.length === 0 ? null : sum(measured.map((each) => each.samples))
  const mean =
    samples === null
      ? sum(values) / values.length
      : sum(measured.map((each) => each.mean * each.samples)) / samples
  return {
    snapshots: values.length,
    samples,
    mean: Number(mean.toPrecision(9)),
    lowest: Math.min(...values),
    highest: Math.max(...values),
  }
}

type Counted = ReturnType<typeof counted>

/** The same by `kpi model`, in a window that ends at `to`, included. */
function byHand(from: number, to: number): Record<string, Counted> {
  const rows = raw.filter(({ at }) => at >= from && at <= to)
  const places = [...new Set(rows.map(({ kpi, model }) => `${kpi} ${model}`))].sort()
  return Object.fromEntries(
    places.map((place) => [place, counted(rows.filter(({ kpi, model }) => `${kpi} ${model}` === place))]),
  )
}

function shown(rows: readonly ModelFigures[]): Record<string, Counted> {
  const entries = rows.map(({ kpi, model, snapshots, samples, mean, lowest, highest }) => [
    `${kpi} ${model}`,
    {
      snapshots: Number(snapshots),
      samples,
      mean: Number(mean?.toPrecision(9)),
      lowest: lowest ?? Number.NaN,
      highest: highest ?? Number.NaN,
    },
  ])
  return Object.fromEntries(entries.sort())
}

async function check(): Promise<void> {
  const { pool, url } = recorder
  for (const [minutesFrom, minutesTo] of windows) {
    const [from, to] = [end - minutesFrom * minuteMs, end - minutesTo * minuteMs].map(Math.round) as [
      number,
      number,
    ]
    const known = byHand(from, to)
    const ends = [new Date(from), new Date(to)]
    const asked = `from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}`

    const inSql = await pool.query<ModelFigures>('SELECT * FROM compare_models($1, $2)', ends)
    expect(shown(inSql.rows)).toEqual(known)

    const { body } = await getJson<{ models: ModelFigures[] }>(`${url}/api/analysis/models?${asked}`)
    expect(shown(body.models)).toEqual(known)

    const before = byHand(from - weekMs, to - weekMs)
    const { body: answer } = await getJson<{ weeks: WeekFigures[] }>(`${url}/api/analysis/weeks?${asked}`)
    const means = answer.weeks.map(({ kpi, model, mean, mean_before, samples_before }) => [
      `${kpi} ${model}`,
      Number(mean?.toPrecision(9)),
      Number(mean_before?.toPrecision(9)),
      samples_before,
    ])
    expect(means.sort()).toEqual(
      Object.entries(known).map(([place, { mean }]) => [
        place,
        mean,
        before[place]?.mean,
        before[place]?.samples,
      ]),
    )

    const { body: dashboard } = await getJson<DashboardData>(`${url}/api/dashboard?${asked}`)
    for (const [place, { samples, mean }] of Object.entries(known)) {
      const [kpi, model] = place.split(' ') as [string, string]
      const { figures } = dashboard.operation_performance.find((each) => each.model === model) ?? {}
      expect([place, figures?.[`samples_${kpi}`]]).toEqual([place, samples])
      expect(figures?.[`avg_${kpi}`]).toBeCloseTo(mean, 6)
      expect(dashboard.model_performance[model]?.[`avg_${kpi}`]).toBeCloseTo(mean, 6)
    }
    for (const kpi of ['f1_score', 'latency', 'memory_usage']) {
      const own = raw.filter((row) => row.kpi === kpi && row.at >= from && row.at <= to)
      const { mean, lowest, highest } = counted(own)
      expect(dashboard.summary).toMatchObject({ [`min_${kpi}`]: lowest, [`max_${kpi}`]: highest })
      expect(dashboard.summary[`avg_${kpi}`]).toBeCloseTo(mean, 6)
    }
  }
}

test('ten odd windows are the same in SQL, API and dashboard data as counted by hand, from single snapshots', async () => {
  // The recorder has begun to add them up.
  for (const { done } of [hours, sixHours, fiveMinutes]) await recorder.pool.query(`DELETE FROM ${done}`)
  await check()
})

test('from five minutes too, from hours, and from six hours', async () => {
  const rollUpUntil = async (until: number, level: RollUpLevel) => {
    while ((await rollUp(recorder.pool, new Date(until), level)) > 0);
    await check()
  }
  await rollUpUntil(end, fiveMinutes)
  await rollUpUntil(end - 2 * hourMs, hours)
  await rollUpUntil(end, hours)
  await rollUpUntil(end - 30 * hourMs, sixHours)
  await rollUpUntil(end, sixHours)
})

test.each(windows)(
  'mnemoscope compare gives the same from %d to %d minutes before the end',
  async (...minutes) => {
    const [from, to] = minutes.map((each) => Math.round(end - each * minuteMs)) as [number, number]
    const times = ['--from', new Date(from).toISOString(), '--to', new Date(to).toISOString()]
    const { stdout } = await mnemoscopeHere(process.cwd(), [
      'compare',
      'models',
      ...times,
      '--json',
      '--url',
      recorder.url,
    ])
    const { models } = JSON.parse(stdout) as { models: ModelFigures[] }
    expect(shown(models)).toEqual(byHand(from, to))
    expect(models.find(({ model, kpi }) => model === 'busy' && kpi === 'f1_score')).toMatchObject({
      mean_of: expect.stringMatching(/^mean of [\d,]+ operations$/),
      lowest_of: 'lowest snapshot mean',
    })
  },
)
