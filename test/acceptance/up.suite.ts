import { readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { DashboardData } from '@mnemoscope/recorder'
import pg from 'pg'
import { eventually, mnemoscope, mnemoscopeHere } from '../harness/index.js'
import { type Demo, isAlive, startDemo } from './demo.js'

describe('mnemoscope up --demo', () => {
  let demo: Demo

  beforeAll(async () => {
    demo = await startDemo('up-fault')
    await eventually('measured values of F1', async () => (await count('f1_score IS NOT NULL')) > 0, {
      withinMs: 90_000,
    })
  }, 180_000)

  afterAll(() => demo?.stop(), 60_000)

  test('stores snapshots of three models whose seven KPIs are all measured', async () => {
    const rows = await eventually(
      'complete snapshots of three models',
      async () => {
        const { rows } = await demo.database.query(
          `SELECT DISTINCT ON (model) * FROM performance_snapshots
           WHERE num_nulls(f1_score, latency, token_usage, memory_usage, context_utilization,
                           adaptation_success_rate, overflow_frequency) = 0
           ORDER BY model, timestamp DESC`,
        )
        return rows.length >= 3 && rows
      },
      { withinMs: 90_000 },
    )
    expect(rows.map(({ model }) => model)).toEqual(['gpt-4o', 'mistral-7b', 'mixtral-8x7b'])
    for (const row of rows) {
      expect(row.f1_score).toBeGreaterThan(0.8)
      expect(row.latency).toBeGreaterThan(0)
      expect(Number(row.token_usage)).toBeGreaterThan(0)
      expect(Number(row.memory_usage)).toBeGreaterThan(1_000_000)
      expect(row.context_utilization).toBeGreaterThan(0)
    }

    const { readerPasswordFile = '' } = demo.up.run
    expect(statSync(readerPasswordFile).mode & 0o777).toBe(0o600)
    const models = 'SELECT DISTINCT model FROM kpi_values ORDER BY model LIMIT 1'
    const asked = await mnemoscopeHere(demo.folder, ['sql', '--json', models])
    expect(JSON.parse(asked.stdout)).toEqual([{ model: 'gpt-4o' }])
  }, 120_000)

  test('single measurements come in, and their comparison estimates all operations of each model', async () => {
    const compared = await eventually(
      'enough measurements of three models',
      async () => {
        const { rows } = await demo.database.query(
          `SELECT model, measurements::int, stands_for, median FROM compare_measurements(now() - interval '1 hour', now())
           WHERE kpi = 'latency' AND operation = 'search' AND stands_for IS NOT NULL`,
        )
        return rows.length >= 3 && rows
      },
      { withinMs: 60_000 },
    )
    for (const row of compared) {
      expect(row.stands_for).toBeGreaterThan(5 * row.measurements)
      expect(row.median).toBeLessThan(1)
    }
    const { rows } = await demo.database.query('SELECT DISTINCT metric_type FROM performance_metrics')
    expect(rows.length).toBeGreaterThanOrEqual(5)
  }, 90_000)

  test('mnemoscope report prints the five sections from live data', async () => {
    const { exitCode, stdout } = await mnemoscopeHere(demo.folder, ['report'])
    expect(exitCode).toBe(0)
    for (const section of [
      'PERFORMANCE SUMMARY',
      'PERFORMANCE TRENDS',
      'MODEL PERFORMANCE',
      'ALERT SUMMARY',
      'RECENT ALERTS',
    ]) {
      expect(stdout).toContain(section)
    }
    expect(stdout).toMatch(/mistral-7b.+0\.\d+/)
  }, 30_000)

  test('a real fault raises a critical F1 alert, and its end closes the same episode', async () => {
    const healthy = await dashboard(demo)
    expect(healthy.alert_summary.has_critical).toBe(false)

    const broken = await mnemoscope(demo.folder, ['demo', '--fault', 'recall'])
    expect(broken).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('recall') })
    const opened = await eventually('critical F1 episodes', () => critical(`closed_at IS NULL`), {
      withinMs: 60_000,
    })

    const repaired = await mnemoscope(demo.folder, ['demo', '--fault', 'none'])
    expect(repaired.stdout).toContain('healthy')
    const closed = await eventually(
      'their end',
      async () =>
        (await critical('closed_at IS NULL')) === undefined && (await critical('closed_at IS NOT NULL')),
      { withinMs: 60_000 },
    )
    expect(closed).toEqual(expect.arrayContaining(opened))
  }, 150_000)

  test('after a kill -9 nothing is left running, the next start works, and the data are there', async () => {
    const before = await count()
    await demo.database.end()
    await demo.up.end('SIGKILL')
    await eventually('the end of every part', () =>
      Object.values(demo.up.run.pids).every((pid) => !isAlive(pid)),
    )

    await demo.restart()
    expect(await count()).toBeGreaterThanOrEqual(before)
  }, 120_000)

  test('once its secrets are removed, the next start has new ones, and the old ones open nothing', async () => {
    const folder = join(demo.folder, '.mnemoscope/secrets')
    const secrets = () => {
      const [owner = '', password = ''] = ['owner-key', 'servers-password'].map((file) =>
        readFileSync(join(folder, file), 'utf8').trim(),
      )
      return { owner, password, database: new URL(demo.up.run.database).password }
    }
    const doors = ({ owner, password, database }: ReturnType<typeof secrets>) => {
      const { recorder, prometheus, alertmanager, database: url } = demo.up.run
      const statusOf = async (address: string, authorization: string) =>
        (await fetch(address, { headers: { authorization } })).status
      const login = `Basic ${btoa(`mnemoscope:${password}`)}`
      const client = new pg.Client(Object.assign(new URL(url), { password: database }).href)
      return Promise.all([
        statusOf(`${recorder}/api/config`, `Bearer ${owner}`),
        statusOf(`${prometheus}/api/v1/query?query=1`, login),
        statusOf(`${alertmanager}/api/v2/status`, login),
        client.connect().then(
          () => client.end().then(() => 'in'),
          (error: pg.DatabaseError) => error.code,
        ),
      ])
    }
    const old = secrets()
    expect(await doors(old)).toEqual([200, 200, 200, 'in'])
    await demo.database.end()
    await demo.up.end('SIGTERM')
    rmSync(folder, { recursive: true })
    await demo.restart()
    expect(await doors(secrets())).toEqual([200, 200, 200, 'in'])
    expect(await doors(old)).toEqual([401, 401, 401, '28P01'])
  }, 120_000)

  async function critical(where: string): Promise<{ id: string }[] | undefined> {
    const { rows } = await demo.database.query<{ id: string }>(
      `SELECT id FROM alert_episodes WHERE kpi = 'f1_score' AND severity = 'critical' AND ${where} ORDER BY id`,
    )
    return rows.length > 0 ? rows : undefined
  }

  async function count(where = 'true'): Promise<number> {
    const { rows } = await demo.database.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM performance_snapshots WHERE ${where}`,
    )
    return rows[0]?.n ?? 0
  }
})

async function dashboard({ folder, up: { run } }: Demo): Promise<DashboardData> {
  const key = readFileSync(join(folder, '.mnemoscope/secrets/owner-key'), 'utf8').trim()
  const init = { headers: { authorization: `Bearer ${key}` } }
  return (await (await fetch(`${run.recorder}/api/dashboard`, init)).json()) as DashboardData
}
