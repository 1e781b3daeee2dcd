import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { report } from '../browser/long/figures.js'
import { expandSql, type Look } from './expand.js'
import { all, look, queries } from './look.js'
import { monthEnd, monthStart, seedMonth } from './seed/month.js'
import { type SeededPostgres, startSeededPostgres } from './seed/postgres.js'

jest.setTimeout(120_000)

const size = { snapshots: 10_000_000, measurements: 1_000_000, episodes: 10_000 }
const mostMs = 300

const month = { ...look(), from: monthStart, to: monthEnd }
const looks: readonly [string, Look][] = [
  ['everything', month],
  ['one model', { ...month, selection: { ...month.selection, model: ['model-3'] } }],
  ['a model that nothing is of', { ...month, selection: { ...month.selection, model: ['nobody'] } }],
]

/** Queries of panels and annotations, each once: by dashboard and title. */
const asked: readonly [string, string][] = [
  ...queries.map(({ dashboard, panel, target }) => [`${dashboard} · ${panel.title}`, target.rawSql] as const),
  ...[...all].flatMap(([dashboard, { annotations }]) =>
    annotations.list.map(({ name, target }) => [`${dashboard} · ${name}`, target.rawSql] as const),
  ),
].flatMap(([name, sql], i, list): [string, string][] =>
  typeof sql === 'string' && list.findIndex(([, other]) => other === sql) === i ? [[name, sql]] : [],
)

describe(`A month of ${size.snapshots.toLocaleString('en')} rows`, () => {
  let postgres: SeededPostgres

  beforeAll(async () => {
    postgres = await startSeededPostgres((pool) => seedMonth(pool, size))
  }, 1_200_000)
  afterAll(() => postgres?.stop())

  test.each(
    looks.flatMap(([selection, at]) => asked.map(([name, sql]) => [name, selection, sql, at] as const)),
  )(`is looked at in less than ${mostMs} ms: %s, %s`, async (name, selection, sql, at) => {
    const expanded = expandSql(sql, at)
    const times: number[] = []
    for (let i = 0; i < 5; i++) {
      const begun = performance.now()
      await postgres.read(expanded)
      times.push(performance.now() - begun)
    }
    const median = times.sort((a, b) => a - b)[2] as number
    report({ name: `${name}, ${selection}`, value: Math.round(median), unit: 'ms', goal: mostMs })
  })

  test('has rows in every one of these answers that the month has data for', async () => {
    const { rows } = await postgres.read(
      'SELECT (SELECT count(*) FROM snapshots)::int AS snapshots, (SELECT count(*) FROM rolled_up_hours)::int AS hours',
    )
    expect(rows[0]?.snapshots).toBeGreaterThanOrEqual(size.snapshots)
    expect(rows[0]?.hours).toBeGreaterThanOrEqual(719)
  })
})
