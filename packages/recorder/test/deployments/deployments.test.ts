import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import type pg from 'pg'
import { startTogether } from '../../../../test/harness/started.js'
import { showNewestChanges } from '../../src/deployments/newest-changes.js'
import { searchDeployments } from '../../src/deployments/search.js'
import { storeSightings } from '../../src/deployments/store.js'
import { changedBefore } from '../../src/episodes/before.js'
import { createPool, type Recorder, startRecorder } from '../../src/index.js'
import { createMetrics } from '../../src/metrics.js'
import { createPrometheusClient } from '../../src/prometheus/client.js'
import type { Work } from '../../src/work.js'
import { getJson } from '../plumbing/get-json.js'
import { startTestPostgres, type TestPostgres } from '../plumbing/postgres.js'
import { startTestPrometheus, type TestPrometheus } from '../plumbing/prometheus.js'
import { silentLogger } from '../plumbing/silent-logger.js'
import { waitFor } from '../plumbing/wait-for.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

const config = defineConfig({ scrapeInterval: '1s', snapshotInterval: '1s', alertCheckInterval: '1s' })

let postgres: TestPostgres
let prometheus: TestPrometheus
let databaseUrl: string
let pool: pg.Pool

beforeAll(async () => {
  ;[postgres, prometheus] = await startTogether(startTestPostgres(), startTestPrometheus())
}, 120_000)

afterAll(async () => {
  await Promise.all([postgres?.stop(), prometheus?.stop()])
})

beforeEach(async () => {
  databaseUrl = await postgres.newDatabase()
  pool = createPool(databaseUrl)
})

async function stored() {
  const { rows } = await pool.query(
    'SELECT service, version, previous_version, source, by FROM deployments ORDER BY at, id',
  )
  return rows
}

const runs = (version: string, startedAt: number) =>
  prometheus.expose(
    `target_info{service_name="memory",service_version="${version}"} 1\nprocess_start_time_seconds ${startedAt}\n` +
      'mnemoscope_cardinality_overflows_total 0\n',
  )

test('a version that processes show is found once, with the start of its process, by a search that was away too', async () => {
  const work: Work = {
    pool,
    prometheus: createPrometheusClient({ url: prometheus.url }),
    config,
    logger: silentLogger,
    metrics: createMetrics(),
    sources: [],
    alertmanagers: [],
    reading: { normaliser: { cluster: 'default', replicaLabels: [], kpis: config.kpis } },
    handlers: [],
  }
  // As after a clock of Prometheus was set back.
  await pool.query(
    "INSERT INTO deployment_searches (cluster, reached) VALUES ('default', now() + interval '2 hours')",
  )
  const startedAt = Math.floor(Date.now() / 1_000)
  runs('1.4.1', startedAt)
  await waitFor(async () => (await searchDeployments(work)) === 1)
  runs('1.4.2', startedAt + 1)
  await waitFor(async () => {
    const url = `${prometheus.url}/api/v1/query?query=count_over_time(target_info{service_version="1.4.2"}[1m])`
    const { body } = await getJson<{ data: { result: { value: [number, string] }[] } }>(url)
    return Number(body.data.result[0]?.value[1]) > 2
  })
  await waitFor(async () => (await searchDeployments(work)) === 1)
  expect(await searchDeployments(work)).toBe(0)
  expect(await stored()).toEqual([
    { service: 'memory', version: '1.4.1', previous_version: null, source: 'observed', by: null },
    { service: 'memory', version: '1.4.2', previous_version: '1.4.1', source: 'observed', by: null },
  ])
  const { rows } = await pool.query('SELECT extract(epoch FROM at)::int AS at FROM deployments ORDER BY at')
  expect(rows.map(({ at }) => at)).toEqual([startedAt, startedAt + 1])
  await pool.end()
})

describe('POST /api/deployments', () => {
  let recorder: Recorder

  const start = (token?: string) =>
    startRecorder({
      config,
      databaseUrl,
      prometheusUrl: 'http://127.0.0.1:9',
      port: 0,
      logger: silentLogger,
      ...(token === undefined ? { open: 'everything' as const } : { token }),
    })

  const tell = async (body: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(`${recorder.url}/api/deployments`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
    return {
      status: response.status,
      body: (await response.json()) as {
        is_new?: boolean
        deployment?: { id: string; previous_version: string | null; by: string | null }
        error?: { code: string }
      },
    }
  }

  const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString()

  test('is one row for one deployment, reported twice or observed before or after; the page and SQL have it before its episode', async () => {
    recorder = await start()
    await tell({ service: 'memory', version: '1', at: ago(60) })
    const told = { service: 'memory', version: '2', by: 'ci', at: ago(30) }
    const first = await tell(told)
    expect(first).toMatchObject({
      status: 200,
      body: { is_new: true, deployment: { previous_version: '1', by: 'ci' } },
    })
    expect((await tell(told)).body).toMatchObject({
      is_new: false,
      deployment: { id: first.body.deployment?.id },
    })
    const sighting = (version: string, minutes: number) => ({
      service: 'memory',
      version,
      at: Date.parse(ago(minutes)),
      startedAt: undefined,
    })
    await storeSightings(pool, 'default', [sighting('2', 29), sighting('3', 10)], new Date())
    const later = await tell({ service: 'memory', version: '3', by: 'ci', at: ago(11) })
    expect(later.body).toMatchObject({ is_new: false, deployment: { by: 'ci', previous_version: '2' } })
    expect((await stored()).map(({ version, source }) => `${version} ${source}`)).toEqual([
      '1 api',
      '2 api',
      '3 observed',
    ])

    await pool.query(
      `INSERT INTO alert_episodes (cluster, fingerprint, alertname, severity, kpi, service, model, context_size, starts_at,
         summary, labels, annotations)
       VALUES ('default', 'aa', 'A', 'critical', 'f1_score', 'memory', 'a', '8192', now() - interval '5 min', 'a', '{}', '{}'),
              ('default', 'bb', 'A', 'critical', 'f1_score', 'other', 'a', '8192', now() - interval '5 min', 'b', '{}', '{}')`,
    )
    await pool.query(
      `INSERT INTO config_changes (at, by, source, sha256, previous_sha256, summary, differences, restarts, config)
       VALUES (now() - interval '8 min', 'ada', 'file', 'b', 'a', '{Latency: operations 20 → 10,logLevel info → debug}', '[{"path": "kpis.latency.operations"}, {"path": "logLevel"}]', '[]', '{}')`,
    )
    const { deployments, config_changes: changes } = await changedBefore(pool, '1', 60)
    expect(deployments.map(({ version }) => version)).toEqual(['3', '2', '1'])
    expect(changes).toHaveLength(1)
    const sql = await pool.query('SELECT kind, by, what, detail FROM changes_before(1, $1)', ['20 min'])
    expect(sql.rows).toEqual([
      {
        kind: 'configuration',
        by: 'ada',
        what: 'Latency: operations 20 → 10; logLevel info → debug',
        detail: expect.anything(),
      },
      {
        kind: 'deployment',
        by: 'ci',
        what: 'memory 3',
        detail: { service: 'memory', version: '3', previous_version: '2' },
      },
    ])
    expect((await changedBefore(pool, '2', 60)).deployments).toEqual([])
    const detail = await getJson<{ before: { deployments: unknown[] } }>(`${recorder.url}/api/episodes/1`)
    expect(detail.body.before.deployments).toHaveLength(3)
    const { body } = await getJson<{ episodes: { id: number; preceded_by: object | null }[] }>(
      `${recorder.url}/api/episodes`,
    )
    expect(body.episodes.find(({ id }) => id === 1)?.preceded_by).toEqual({
      kind: 'configuration',
      at: expect.any(Number),
      by: 'ada',
      what: 'Latency: operations 20 → 10; logLevel info → debug',
    })
    const listed = await getJson<{ deployments: { version: string }[] }>(
      `${recorder.url}/api/deployments?hours=1&service=memory&limit=2`,
    )
    expect(listed.body.deployments.map(({ version }) => version)).toEqual(['3', '2'])
    await recorder.stop()
    await pool.end()
  })

  describe('refuses', () => {
    let own: pg.Pool

    beforeAll(async () => {
      databaseUrl = await postgres.newDatabase()
      own = createPool(databaseUrl)
      recorder = await start()
    })

    afterAll(async () => {
      await recorder.stop()
      await own.end()
    })

    test.each([
      ['no service', { version: '1' }],
      ['an empty version', { service: 'a', version: ' ' }],
      ['a time to come', { service: 'a', version: '1', at: '2999-01-01T00:00:00Z' }],
      ['a time before all services', { service: 'a', version: '1', at: '0000-01-01T00:00:00Z' }],
      ['no time at all', { service: 'a', version: '1', at: 'yesterday' }],
      ['an unknown field', { service: 'a', version: '1', model: 'b' }],
      ['a NUL', { service: 'a\0', version: '1' }],
    ])('%s', async (_, body) => {
      expect(await tell(body)).toMatchObject({ status: 400, body: { error: { code: 'REQUEST_INVALID' } } })
      expect((await own.query('SELECT FROM deployments')).rows).toEqual([])
    })
  })

  test('takes it with the token, where there is one', async () => {
    recorder = await start('of-my-own')
    const body = { service: 'a', version: '1' }
    expect(await tell(body)).toMatchObject({ status: 401, body: { error: { code: 'TOKEN_REQUIRED' } } })
    expect(await tell(body, { authorization: 'Bearer of-my-own' })).toMatchObject({ status: 200 })
    expect(await stored()).toHaveLength(1)
    await recorder.stop()
    await pool.end()
  })
})

test('the metrics have the newest change of each service within six hours, and of the configuration', async () => {
  const metrics = createMetrics()
  const lines = async () => {
    await showNewestChanges(pool, metrics)
    const text = await metrics.registry.metrics()
    return text.split('\n').filter((line) => line.startsWith('mnemoscope_recorder_newest_change'))
  }
  expect(await lines()).toEqual([])
  await pool.query(`INSERT INTO deployments (at, service, version, previous_version, source, by) VALUES
    (now() - interval '7 hours', 'old', '2', '1', 'api', NULL), (now() - interval '3 hours', 'memory', '2', '1', 'api', 'ci'),
    (to_timestamp(floor(extract(epoch FROM now())) - 60), 'memory', '3', '2', 'observed', NULL),
    (now() - interval '1 hour', 'new', '1', NULL, 'observed', NULL)`)
  await pool.query(`INSERT INTO config_changes (at, by, source, sha256, previous_sha256, summary, differences, restarts, config) VALUES
    (now() - interval '5 hours', 'start', 'start', 'a', NULL, '{}', '[]', '[]', '{}'),
    (to_timestamp(floor(extract(epoch FROM now())) - 30), 'ada', 'file', 'b', 'a', '{"F1 warns at 0.7, not 0.8"}', '[]', '[]', '{}')`)
  const shown = await lines()
  expect(shown.map((line) => line.replace(/ \d+$/, ''))).toEqual([
    'mnemoscope_recorder_newest_change_timestamp_seconds{service="",what="F1 warns at 0.7, not 0.8",by="ada"}',
    'mnemoscope_recorder_newest_change_timestamp_seconds{service="memory",what="deployment of memory 3",by=""}',
  ])
})
