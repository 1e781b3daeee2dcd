import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import pg from 'pg'
import { rollUp } from '../../packages/recorder/src/snapshots/rollup.js'
import type { Look } from './expand.js'
import { look } from './look.js'
import { type Row, rowsOf } from './rows.js'
import { asked, type SeededPostgres, startSeededPostgres } from './seed/postgres.js'
import { changedAt, config, end, meanBehind, minute, places, start } from './seed/story.js'

let postgres: SeededPostgres

beforeAll(async () => {
  postgres = await startSeededPostgres()
}, 120_000)
afterAll(() => postgres?.stop())

const [gpt, mixtral, odd] = places as [(typeof places)[0], (typeof places)[0], (typeof places)[0]]
const ask = (dashboard: string, title: string, at?: Look) => rowsOf(postgres, dashboard, title, at)

describe('The model comparison', () => {
  test('averages the operations of each place, and never across places', async () => {
    const rows = await ask('model-comparison', 'Mean of each KPI, by model, context size and operation')
    expect(rows.map(({ service, model, context_size }) => [service, model, context_size])).toEqual(
      [gpt, mixtral, odd].map((place) => [place.service, place.model, place.contextSize]),
    )
    // Of the last two hours, both ends included and the gap left out, 30 minutes are after the change.
    expect(rows[1]?.f1_score).toBeCloseTo(meanBehind((90 * 0.85 + 30 * 0.65) / 120), 12)
    expect(rows[0]?.f1_score).toBeCloseTo(meanBehind(0.9), 12)
    expect(rows.map(({ snapshots }) => Number(snapshots))).toEqual([120, 120, 120])
    for (const id of Object.keys(config.kpis))
      expect(rows.every((row) => typeof row[id] === 'number')).toBe(true)
  })

  test('says the same from roll-ups as from the snapshots themselves', async () => {
    const title = 'Mean of each KPI, by model, context size and operation'
    const whole = { ...look(), from: start }
    const { rows } = await postgres.read('SELECT count(*)::int AS hours FROM rolled_up_hours')
    expect(rows[0]?.hours).toBeGreaterThan(0)
    const fromRollups = await ask('model-comparison', title, whole)
    await asked(postgres.recorder, ['DELETE FROM rolled_up_hours'])
    const fromSnapshots = await ask('model-comparison', title, whole)
    const rounded = (all: Row[]) =>
      all.map((row) =>
        Object.values(row).map((value) => (typeof value === 'number' ? value.toPrecision(12) : value)),
      )
    expect(rounded(fromSnapshots)).toEqual(rounded(fromRollups))
  })

  test.each(places)('selects a place with any name: $model', async (place) => {
    const chosen = look({
      job: [place.service],
      model: [place.model],
      context_size: [place.contextSize],
      operation: [place.operation],
    })
    const rows = await ask(
      'model-comparison',
      'Mean of each KPI, by model, context size and operation',
      chosen,
    )
    expect(rows.map(({ model }) => model)).toEqual([place.model])
  })

  test.each(['4o', 'gpt'])('takes no part of a name for a name: %s', async (model) => {
    expect(
      await ask(
        'model-comparison',
        'Mean of each KPI, by model, context size and operation',
        look({ model: [model] }),
      ),
    ).toEqual([])
  })
})

describe('The worst snapshots', () => {
  const whole = { ...look(), from: start }
  const worst = async (sql: string) =>
    (await postgres.read(sql)).rows.map(({ at, model, value }) => [at.toISOString(), model, value])

  // The F1 score has one value for half an hour, latency one for hours: of equal ones the newest are listed.
  test.each([
    ['f1-score', 'F1 score', 'value, at DESC'],
    ['latency', 'Latency', 'value DESC, at DESC'],
  ])(
    'are the same with roll-ups, without them, and of every single one: %s',
    async (dashboard, title, order) => {
      const listed = async () =>
        (await ask(`kpi-${dashboard}`, `Worst snapshots of ${title}`, whole)).map(({ at, model, value }) => [
          (at as Date).toISOString(),
          model,
          value,
        ])
      await rollUpAll()
      const fromRollups = await listed()
      await asked(postgres.recorder, ['DELETE FROM rolled_up_hours'])
      const fromSnapshots = await listed()
      await rollUpAll()
      const kpi = dashboard.replace('-', '_')
      expect(fromRollups).toEqual(fromSnapshots)
      expect(fromRollups).toEqual(
        await worst(
          `SELECT at, model, value FROM snapshots JOIN series ON series.id = series_id
         WHERE kpi = '${kpi}' AND at >= '${start.toISOString()}' ORDER BY ${order} LIMIT 50`,
        ),
      )
    },
  )

  async function rollUpAll(): Promise<void> {
    const pool = new pg.Pool({ connectionString: postgres.recorder, max: 1 })
    await rollUp(pool, end)
    await pool.end()
    const { rows } = await postgres.read('SELECT count(*)::int AS hours FROM rolled_up_hours')
    expect(rows[0]?.hours).toBeGreaterThan(0)
  }
})

describe('A drill-down', () => {
  test('leads to the worst single operations, with their trace and what the service said of them', async () => {
    const rows = await ask('kpi-f1-score', 'Worst measurements of F1 score')
    expect(rows).toHaveLength(50)
    expect(rows[0]).toEqual({
      at: new Date(end.getTime() - minute),
      service: mixtral.service,
      model: mixtral.model,
      context_size: mixtral.contextSize,
      operation: mixtral.operation,
      value: 0.01,
      severity: 'critical',
      trace_id: 'cafe',
      metadata: { question: 1 },
    })
    const [slowest] = await ask('kpi-latency', 'Worst measurements of Latency')
    expect(slowest?.value).toBe(0.6)
  })

  test('lists the worst snapshots, the lowest where higher is better', async () => {
    const worst = await ask('kpi-f1-score', 'Worst snapshots of F1 score')
    expect(worst).toHaveLength(50)
    expect(worst[0]).toEqual({
      at: end,
      service: mixtral.service,
      model: mixtral.model,
      context_size: mixtral.contextSize,
      operation: mixtral.operation,
      value: 0.65,
      p50: 0.65,
      p95: 1.5 * 0.65,
      p99: 1.3,
      samples: 40,
    })
    expect(worst.filter(({ value }) => value === 0.65)).toHaveLength(
      (end.getTime() - changedAt.getTime()) / minute,
    )
    const slowest = await ask('kpi-latency', 'Worst snapshots of Latency')
    expect(slowest[0]?.value).toBe(22)
  })

  test('lists the KPI’s alerts that touch the time range, the newest first', async () => {
    const rows = await ask('kpi-latency', 'Alerts of Latency')
    expect(rows.map(({ since }) => (end.getTime() - (since as Date).getTime()) / minute)).toEqual([
      70, 100, 120,
    ])
    const later = { ...look(), from: new Date(end.getTime() - 30 * minute) }
    expect(await ask('kpi-latency', 'Alerts of Latency', later)).toHaveLength(1)
  })
})
