import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { expandSql } from './expand.js'
import { all, look, queries, queryOf } from './look.js'
import { type SeededPostgres, startSeededPostgres } from './seed/postgres.js'
import { config } from './seed/story.js'

let postgres: SeededPostgres

beforeAll(async () => {
  postgres = await startSeededPostgres()
}, 120_000)
afterAll(() => postgres?.stop())

const sqlQueries = queries.flatMap(({ dashboard, panel, target }) =>
  typeof target.rawSql === 'string'
    ? [[`${dashboard} · ${panel.title}`, target.rawSql, target.format, panel.maxDataPoints] as const]
    : [],
)
const annotations = [...all].flatMap(
  ([
    name,
    {
      annotations: { list },
    },
  ]) =>
    list.flatMap(({ target }) => (typeof target.rawSql === 'string' ? [[name, target.rawSql] as const] : [])),
)

describe('Every SQL query of the dashboards', () => {
  test.each(sqlQueries)(
    'is planned and answered for Grafana’s role, with rows: %s',
    async (_, sql, format, points) => {
      const expanded = expandSql(sql, look({}, points === undefined ? {} : { maxDataPoints: points }))
      await postgres.read(`EXPLAIN ${expanded}`)
      const { rows, fields } = await postgres.read(expanded)
      // KPIs that never alerted have no episode to list.
      if (!/FROM alert_episodes\nWHERE kpi =/.test(sql)) expect(rows.length).toBeGreaterThan(0)
      if (format === 'time_series') expect(fields.map(({ name }) => name)).toContain('time')
    },
  )

  test.each(sqlQueries)('is answered too while nothing is selected that is there: %s', async (_, sql) => {
    await postgres.read(expandSql(sql, look({ model: ['none'], job: ['none'], context_size: ['1'] })))
  })

  test.each(annotations)('marks alerts and changes with a time, a text and tags: %s', async (_, sql) => {
    const { rows, fields } = await postgres.read(expandSql(sql, look()))
    const region = sql.includes('alert_episodes') ? ['timeend'] : []
    expect(fields.map(({ name }) => name)).toEqual(['time', ...region, 'text', 'tags'])
    expect(rows.every(({ time, text, tags }) => time instanceof Date && text !== '' && tags !== '')).toBe(
      true,
    )
  })
})

describe('The dashboards’ uids', () => {
  test('are the same in SQL as in the files, that of a long id too', async () => {
    const ids = Object.keys(config.kpis)
    const sql = /CASE WHEN alert_episodes\.kpi IS NULL.*? END/.exec(
      String(queryOf('overview', 'Active alerts').target.rawSql),
    )?.[0]
    const { rows } = await postgres.read(
      `SELECT ${sql} AS uid FROM unnest(ARRAY['${ids.join("','")}']) AS alert_episodes(kpi)`,
    )
    const uids = new Set([...all.values()].map(({ uid }) => uid))
    expect(rows.filter(({ uid }) => !uids.has(uid))).toEqual([])
    expect(rows).toHaveLength(ids.length)
  })
})
