import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { expandSql, type Look } from './expand.js'
import { all, look } from './look.js'
import { type Row, rowsOf } from './rows.js'
import { gapReason, type SeededPostgres, startSeededPostgres } from './seed/postgres.js'
import { configChange, deployment, end, gapAt, minute, places } from './seed/story.js'

let postgres: SeededPostgres

beforeAll(async () => {
  postgres = await startSeededPostgres()
}, 120_000)
afterAll(() => postgres?.stop())

const [gpt, mixtral] = places as [(typeof places)[0], (typeof places)[0]]
const ask = (dashboard: string, title: string, at?: Look) => rowsOf(postgres, dashboard, title, at)

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
        operation: mixtral.operation,
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
    const list = all.get('overview')?.annotations.list ?? []
    const mark = list.find(({ name }) => name === 'Configuration changes')
    const { rows } = await postgres.read(expandSql(String(mark?.target.rawSql), look()))
    expect(rows).toEqual([
      {
        time: configChange.at,
        text: `${configChange.summary} (by o'brien)`,
        tags: 'configuration,file',
      },
    ])
  })

  test('have deployments beside them, with the version before; the first version is none', async () => {
    const list = all.get('overview')?.annotations.list ?? []
    const sql = String(list.find(({ name }) => name === 'Deployments')?.target.rawSql)
    const { rows } = await postgres.read(expandSql(sql, look()))
    expect(rows).toEqual([
      {
        time: deployment.at,
        text: `${deployment.service} 1.4.1 → 1.4.2`,
        tags: 'deployment,observed',
      },
    ])
    expect((await postgres.read(expandSql(sql, look({ job: ['none'] })))).rows).toEqual([])
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

function numberOf(value: unknown): number | null {
  return value === null ? null : Number(value)
}
