import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { DashboardData } from '@mnemoscope/recorder'
import pg from 'pg'
import { eventually, mnemoscope, startUp, temporaryFolder, type Up } from '../harness/index.js'
import { linkTools } from '../harness/link-tools.js'

const config = `import { defineConfig } from '@mnemoscope/kpi'
export default defineConfig({
  contextSizes: [8_192, 32_768, 131_072],
  scrapeInterval: '1s', alertCheckInterval: '1s', snapshotInterval: '2s',
  alerting: { groupInterval: '1s' },
  kpis: { f1_score: { window: '10s', keepFiringFor: '1s', sparseMinSamples: 20 } },
  services: [{ name: 'demo', targets: ['127.0.0.1:9464'] }],
})
`

describe('mnemoscope up --demo', () => {
  const folder = temporaryFolder('up')
  let up: Up
  let database: pg.Client

  beforeAll(async () => {
    writeFileSync(join(folder.path, 'mnemoscope.config.ts'), config)
    linkTools(folder.path)
    up = await startUp(folder.path, ['--demo', '--ports', 'auto'])
    database = new pg.Client(up.run.database)
    database.on('error', () => {})
    await database.connect()
  }, 180_000)

  afterAll(async () => {
    await database?.end()
    await up?.end('SIGTERM')
    folder.remove()
  }, 60_000)

  test('prints the address of the page', () => {
    expect(up.output()).toContain(`${up.run.recorder}/`)
  })

  test('stores snapshots of three models whose seven KPIs are all measured', async () => {
    const rows = await eventually(
      'complete snapshots of three models',
      async () => {
        const { rows } = await database.query(
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
  }, 120_000)

  test('refuses a second start in the same folder, naming the first', async () => {
    const second = await mnemoscope(folder.path, ['up', '--demo', '--ports', 'auto'])
    expect(second.exitCode).toBe(1)
    expect(second.stderr).toContain('ALREADY_RUNNING')
    expect(second.stderr).toContain(String(up.pid))
  }, 30_000)

  test('a real fault raises a critical F1 alert, and mending it closes the same episode', async () => {
    const healthy = await dashboard(up)
    expect(healthy.alert_summary.has_critical).toBe(false)

    const broken = await mnemoscope(folder.path, ['demo', '--fault', 'recall'])
    expect(broken).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('recall') })
    const opened = await eventually('critical F1 episodes', () => critical(`closed_at IS NULL`), {
      withinMs: 60_000,
    })

    const mended = await mnemoscope(folder.path, ['demo', '--fault', 'none'])
    expect(mended.stdout).toContain('healthy')
    const closed = await eventually(
      'their end',
      async () =>
        (await critical('closed_at IS NULL')) === undefined && (await critical('closed_at IS NOT NULL')),
      { withinMs: 60_000 },
    )
    expect(closed).toEqual(expect.arrayContaining(opened))
  }, 150_000)

  test('mnemoscope report prints the five sections from live data', async () => {
    const { exitCode, stdout } = await mnemoscope(folder.path, ['report'])
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

  test('after a kill -9 nothing is left running, the next start works, and the data are there', async () => {
    const before = await count()
    await database.end()
    await up.end('SIGKILL')
    await eventually('the end of every part', () => Object.values(up.run.pids).every((pid) => !isAlive(pid)))

    up = await startUp(folder.path, ['--demo', '--ports', 'auto'])
    database = new pg.Client(up.run.database)
    database.on('error', () => {})
    await database.connect()
    expect(await count()).toBeGreaterThanOrEqual(before)
  }, 120_000)

  test('Ctrl-C ends every process and removes the run file', async () => {
    await database.end()
    expect(await up.end('SIGINT')).toBe(0)
    for (const pid of Object.values(up.run.pids)) expect(isAlive(pid)).toBe(false)
    expect((await mnemoscope(folder.path, ['report'])).stderr).toContain('NOT_RUNNING')
  }, 60_000)

  async function critical(where: string): Promise<{ id: string }[] | undefined> {
    const { rows } = await database.query<{ id: string }>(
      `SELECT id FROM alert_episodes WHERE kpi = 'f1_score' AND severity = 'critical' AND ${where} ORDER BY id`,
    )
    return rows.length > 0 ? rows : undefined
  }

  async function count(): Promise<number> {
    const { rows } = await database.query<{ n: number }>('SELECT count(*)::int AS n FROM snapshots')
    return rows[0]?.n ?? 0
  }
})

async function dashboard({ run }: Up): Promise<DashboardData> {
  return (await (await fetch(`${run.recorder}/api/dashboard`)).json()) as DashboardData
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
