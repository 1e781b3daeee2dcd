import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { generate } from '@mnemoscope/generate'
import { defineConfig } from '@mnemoscope/kpi'
import { createPool, type Recorder, startRecorder } from '@mnemoscope/recorder'
import { pino } from 'pino'
import { parse } from 'yaml'
import { createPartitions, daysBetween } from '../../packages/recorder/src/database/partitions.js'
import { startTestPostgres, type TestPostgres } from '../../packages/recorder/test/plumbing/postgres.js'

/** Settings that the first version had, and that nothing of it ever read. */
const config = defineConfig({
  scrapeInterval: '7s',
  alertCheckInterval: '14s',
  snapshotInterval: '21s',
  dashboard: { refreshInterval: '28s', maxDataPoints: 35 },
})

describe('a setting that was only claimed', () => {
  const files = generate(config)

  test('alertCheckInterval is the evaluation interval of Prometheus', () => {
    expect(parse(files.get('prometheus/prometheus.yml') ?? '').global).toMatchObject({
      scrape_interval: '7s',
      evaluation_interval: '14s',
    })
  })

  test('dashboard.refreshInterval is the refresh of every dashboard', () => {
    const dashboards = [...files].filter(([path]) => path.startsWith('grafana/') && path.endsWith('.json'))
    expect(dashboards.length).toBeGreaterThan(0)
    for (const [, text] of dashboards) expect(JSON.parse(text).refresh).toBe('28s')
  })
})

describe('dashboard.maxDataPoints', () => {
  let postgres: TestPostgres
  let recorder: Recorder
  /** Once and for all: midnight may pass while this runs. */
  const day = new Date(new Date().setUTCHours(0, 0, 0, 0))
  const to = new Date(day.getTime() + 20 * 3_600_000)

  beforeAll(async () => {
    postgres = await startTestPostgres()
    const databaseUrl = await postgres.newDatabase()
    recorder = await startRecorder({
      config,
      databaseUrl,
      prometheusUrl: 'http://127.0.0.1:1',
      port: 0,
      logger: pino({ level: 'silent' }),
    })
    const pool = createPool(databaseUrl)
    await createPartitions(pool, 'snapshots', daysBetween(day, to))
    await pool.query(
      `WITH one AS (
        INSERT INTO series (service, model, context_size) VALUES ('memory', 'a', '8192') RETURNING id
      ) INSERT INTO snapshots (at, series_id, kpi, value)
        SELECT at, id, 'latency', 1 FROM one, generate_series($1::timestamptz, $2, '21s') AS at`,
      [day, to],
    )
    await pool.query(
      `INSERT INTO snapshot_instants (at, rows) SELECT at, 1 FROM generate_series($1::timestamptz, $2, '21s') AS at`,
      [day, to],
    )
    await pool.end()
  }, 120_000)

  afterAll(async () => {
    await recorder?.stop()
    await postgres?.stop()
  }, 60_000)

  test('dashboard.maxDataPoints bounds every chart of the API', async () => {
    const query = `kpi=latency&from=${day.toISOString()}&to=${to.toISOString()}`
    const response = await fetch(`${recorder.url}/api/series?${query}`)
    expect(response.status).toBe(200)
    const { series } = (await response.json()) as { series: { points: unknown[] }[] }
    expect(series[0]?.points.length).toBeGreaterThan(20)
    expect(series[0]?.points.length).toBeLessThanOrEqual(35)
  })
})
