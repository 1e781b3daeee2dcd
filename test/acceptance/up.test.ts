import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import pg from 'pg'
import { eventually, mnemoscope, startUp, temporaryFolder, type Up } from '../harness/index.js'
import { linkTools } from '../harness/link-tools.js'
import { upConfig } from './up-config.js'

describe('mnemoscope up --demo', () => {
  // A fault and its end, and a start after kill -9: up.suite.ts.
  const folder = temporaryFolder('up')
  let up: Up
  let database: pg.Client

  beforeAll(async () => {
    writeFileSync(join(folder.path, 'mnemoscope.config.ts'), upConfig)
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

  test('Ctrl-C ends every process and removes the run file', async () => {
    await database.end()
    expect(await up.end('SIGINT')).toBe(0)
    for (const pid of Object.values(up.run.pids)) expect(isAlive(pid)).toBe(false)
    expect((await mnemoscope(folder.path, ['report'])).stderr).toContain('NOT_RUNNING')
  }, 60_000)
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
