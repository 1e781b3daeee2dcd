import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { expandSql, type Look } from './expand.js'
import { all, look, queries, queryOf } from './look.js'
import { gapReason, type SeededPostgres, startSeededPostgres } from './seed/postgres.js'
import { changedAt, config, configChange, end, gapAt, minute, places } from './seed/story.js'

let postgres: SeededPostgres

beforeAll(async () => {
  postgres = await startSeededPostgres()
}, 120_000)
afterAll(() => postgres?.stop())

type Row = Record<string, unknown>
const [gpt, mixtral, odd] = places as [(typeof places)[0], (typeof places)[0], (typeof places)[0]]
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

describe('The overview', () => {
  test('lists of each KPI and place only the worst alert, with its runbook and its dashboard', async () => {
    expect(await ask('overview', 'Active alerts')).toEqual([
      {
        since: new Date(end.getTime() - 28 * minute),
        severity: 'critical',
        kpi: 'f1_score',
        service: mixtral.service,
        model: mixtral.model,
        context_size: mixtral.contextSize,
        value: 0.65,
        peak_value: 0.64,
        threshold: 0.7,
        summary: `MnemoscopeF1ScoreCritical at ${mixtral.model}`,
        acknowledged_by: 'second',
        runbook: 'https://runbooks.example/MnemoscopeF1ScoreCritical',
        dashboard: 'mnemoscope-kpi-f1_score',
      },
    ])
    expect(await ask('overview', 'Active alerts', look({ model: [gpt.model] }))).toEqual([])
  })
})

describe('The model comparison', () => {
  test('averages the snapshots of each place, and never across places', async () => {
    const rows = await ask('model-comparison', 'Mean of the snapshots, by model and context size')
    expect(rows.map(({ service, model, context_size }) => [service, model, context_size])).toEqual(
      [gpt, mixtral, odd].map((place) => [place.service, place.model, place.contextSize]),
    )
    // Of the last two hours, both ends included and the gap left out, 30 minutes are after the change.
    expect(rows[1]?.f1_score).toBeCloseTo((90 * 0.85 + 30 * 0.65) / 120, 12)
    expect(rows[0]?.f1_score).toBeCloseTo(0.9, 12)
    expect(rows.map(({ snapshots }) => Number(snapshots))).toEqual([120, 120, 120])
    for (const id of Object.keys(config.kpis))
      expect(rows.every((row) => typeof row[id] === 'number')).toBe(true)
  })

  test.each(places)('selects a place with any name: $model', async (place) => {
    const chosen = look({ job: [place.service], model: [place.model], context_size: [place.contextSize] })
    const rows = await ask('model-comparison', 'Mean of the snapshots, by model and context size', chosen)
    expect(rows.map(({ model }) => model)).toEqual([place.model])
  })

  test.each(['4o', 'gpt'])('takes no part of a name for a name: %s', async (model) => {
    expect(
      await ask(
        'model-comparison',
        'Mean of the snapshots, by model and context size',
        look({ model: [model] }),
      ),
    ).toEqual([])
  })
})

describe('A drill-down', () => {
  test('lists the worst snapshots, the lowest where higher is better', async () => {
    const worst = await ask('kpi-f1-score', 'Worst F1 score')
    expect(worst).toHaveLength(50)
    expect(worst[0]).toEqual({
      at: end,
      service: mixtral.service,
      model: mixtral.model,
      context_size: mixtral.contextSize,
      value: 0.65,
      p50: 0.65,
      p95: 1.5 * 0.65,
      p99: 1.3,
      samples: 40,
    })
    expect(worst.filter(({ value }) => value === 0.65)).toHaveLength(
      (end.getTime() - changedAt.getTime()) / minute,
    )
    const slowest = await ask('kpi-latency', 'Worst Latency')
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

describe('The alert history', () => {
  test('gives the number, the firing time and the time to recover of each level', async () => {
    const rows = await ask('alert-history', 'Episodes and time to recover')
    const seen = rows.map((row) => ({ ...row, firing: Math.round(Number(row.firing)) }))
    expect(
      seen.map(({ severity, episodes, open, firing, mean_recovery, median_recovery }: Row) => ({
        severity,
        episodes: Number(episodes),
        open: Number(open),
        firing,
        mean: numberOf(mean_recovery),
        median: numberOf(median_recovery),
      })),
    ).toEqual([
      { severity: 'critical', episodes: 1, open: 1, firing: 28 * 60, mean: null, median: null },
      { severity: 'error', episodes: 2, open: 1, firing: (29 + 30) * 60, mean: 1_800, median: 1_800 },
      // The episode that was replaced counts as one, and not as a recovery.
      { severity: 'warning', episodes: 4, open: 1, firing: (29 + 10 + 20 + 60) * 60, mean: 900, median: 900 },
    ])
  })

  test('counts of an episode only what lies in the time range', async () => {
    const last15 = { ...look(), from: new Date(end.getTime() - 15 * minute) }
    const rows = await ask('alert-history', 'What fires most', last15)
    expect(rows.map(({ kpi, firing }) => [kpi, Math.round(Number(firing))])).toEqual([
      ['f1_score', 3 * 15 * 60],
      ['latency', 5 * 60],
    ])
  })

  test('ranks causes by the time they fired, alerts of the pipeline included', async () => {
    const rows = await ask('alert-history', 'What fires most')
    expect(
      rows.map(({ kpi, model, episodes, dashboard }) => [kpi, model, Number(episodes), dashboard]),
    ).toEqual([
      ['latency', gpt.model, 3, 'mnemoscope-kpi-latency'],
      ['f1_score', mixtral.model, 3, 'mnemoscope-kpi-f1_score'],
      ['MnemoscopeRecorderBehind', null, 1, 'mnemoscope-pipeline-health'],
    ])
  })

  test('counts episodes by when they began', async () => {
    const rows = await ask('alert-history', 'Episodes begun, by level')
    const byLevel: Record<string, number> = {}
    for (const { metric, episodes } of rows) {
      byLevel[String(metric)] = (byLevel[String(metric)] ?? 0) + Number(episodes)
    }
    expect(byLevel).toEqual({ critical: 1, error: 2, warning: 4 })
  })

  test('lists every episode, with how it ended', async () => {
    const rows = await ask('alert-history', 'Episodes')
    expect(rows.map(({ severity, closed_how }) => [severity, closed_how])).toEqual([
      ['critical', null],
      ['error', null],
      ['warning', null],
      ['warning', 'superseded'],
      ['error', 'resolved'],
      ['warning', 'reconciled'],
      ['warning', 'resolved'],
    ])
  })
})

describe('Configuration changes', () => {
  test('are marked with who changed what; the first configuration is no change', async () => {
    const mark = annotations.find(([name, sql]) => name === 'overview' && sql.includes('config_changes'))
    const { rows } = await postgres.read(expandSql(String(mark?.[1]), look()))
    expect(rows).toEqual([
      {
        time: configChange.at,
        text: "o'brien changed kpis.latency.thresholds.warning",
        tags: 'configuration,file',
      },
    ])
  })

  test('are listed setting by setting', async () => {
    expect(await ask('alert-history', 'Configuration changes')).toMatchObject([
      { by: "o'brien", setting: 'kpis.latency.thresholds.warning', before: '8', after: '5' },
    ])
  })
})

describe('The pipeline’s health', () => {
  test('tells what alert handlers are still to be told, and what was given up', async () => {
    const [row] = await ask('pipeline-health', 'Deliveries to alert handlers')
    expect(row).toMatchObject({ handler: 'console', waiting: '6', given_up: '1', last_error: 'refused' })
    expect(Number(row?.longest)).toBeGreaterThanOrEqual(90)
  })

  test('lists gaps by their reason', async () => {
    expect(await ask('pipeline-health', 'Gaps')).toEqual([
      { gap: gapReason, first: gapAt, last: gapAt, instants: '1' },
    ])
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

/** Rows of a panel's query, as Grafana would get them. */
async function ask(dashboard: string, title: string, at: Look = look()): Promise<Row[]> {
  const { target } = queryOf(dashboard, title)
  return (await postgres.read(expandSql(String(target.rawSql), at))).rows
}

function numberOf(value: unknown): number | null {
  return value === null ? null : Number(value)
}
