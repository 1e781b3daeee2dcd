import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Monitor, startMonitoring } from '@mnemoscope/instrumentation'
import { defineConfig } from '@mnemoscope/kpi'
import pg from 'pg'
import { eventually, type Stack, startStack } from '../harness/index.js'

/** The first version's monitor thread died of a locked database while `is_monitoring` stayed true. */
describe('while the database is locked', () => {
  let monitor: Monitor
  let stack: Stack
  let locker: pg.Client
  let recording: NodeJS.Timeout

  beforeAll(async () => {
    const kpis = { f1_score: { operations: 2 } } as const
    monitor = await startMonitoring({ service: 'memory', port: 0, config: defineConfig({ kpis }) })
    const op = monitor.for({ model: 'mistral-7b', contextSize: 8_000, operation: 'search' })
    recording = setInterval(() => op.f1_score.record(0.9), 100)
    stack = await startStack(new URL(monitor.url as string).host, { kpis })
    locker = new pg.Client(stack.database)
    await locker.connect()
  }, 120_000)

  afterAll(async () => {
    clearInterval(recording)
    await locker?.end()
    await monitor?.stop()
    await stack?.stop()
  })

  test('the recorder says that it is not ready, and afterwards stores what it missed', async () => {
    await eventually('a first snapshot', async () => (await newest()) !== null)
    await eventually('readiness', async () => (await readyz()) === 200)

    await locker.query('BEGIN; LOCK TABLE snapshots, snapshot_instants IN ACCESS EXCLUSIVE MODE')
    await eventually('the recorder to say so', async () => (await readyz()) === 503, { withinMs: 90_000 })
    const lockedUntil = new Date()
    await locker.query('COMMIT')

    await eventually('readiness again', async () => (await readyz()) === 200, { withinMs: 90_000 })
    await eventually('newer snapshots', async () => ((await newest()) ?? new Date(0)) > lockedUntil)
    await eventually('every instant from the first to the newest', async () => {
      const [{ missing }] = (await stack.query<{ missing: number }>(
        `SELECT count(*)::int AS missing
         FROM generate_series((SELECT min(at) FROM snapshot_instants), $1::timestamptz, '2s') AS expected (at)
         LEFT JOIN snapshot_instants USING (at) WHERE taken_at IS NULL`,
        [lockedUntil],
      )) as [{ missing: number }]
      return missing === 0
    })
    expect(await readyz()).toBe(200)
  }, 300_000)

  async function newest(): Promise<Date | null> {
    const [row] = await stack.query<{ at: Date | null }>('SELECT max(at) AS at FROM snapshots')
    return row?.at ?? null
  }

  async function readyz(): Promise<number> {
    const response = await fetch(`${stack.recorder}/readyz`)
    await response.body?.cancel()
    return response.status
  }
})
