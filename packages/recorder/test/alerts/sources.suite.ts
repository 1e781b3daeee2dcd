import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { freePort } from '@mnemoscope/servers'
import type pg from 'pg'
import { startTogether } from '../../../../test/harness/started.js'
import { createPool, type Readiness, type Recorder, startRecorder } from '../../src/index.js'
import { startTestAlertmanager, type TestAlertmanager } from '../plumbing/alertmanager.js'
import { getJson } from '../plumbing/get-json.js'
import { startTestPostgres, type TestPostgres } from '../plumbing/postgres.js'
import { startTestPrometheus, type TestPrometheus } from '../plumbing/prometheus.js'
import { silentLogger } from '../plumbing/silent-logger.js'
import { waitFor } from '../plumbing/wait-for.js'

const config = defineConfig({ scrapeInterval: '1s', snapshotInterval: '1s', alertCheckInterval: '1s' })

const rules = `
groups:
  - name: f1
    rules:
      - alert: MnemoscopeF1ScoreCritical
        expr: job_model_context_size_operation:mnemoscope_f1_score:current <= 0.7
        labels: {severity: critical, kpi: f1_score}
        annotations: {summary: 'F1 is critical', value: '{{ $value }}', threshold: '0.7'}
      - alert: MnemoscopeWatchdog
        expr: vector(1)
      - alert: MnemoscopeF1ScoreWarning
        expr: job_model_context_size_operation:mnemoscope_f1_score:current <= 0.8
        labels: {severity: warning, kpi: f1_score}
        annotations: {summary: 'F1 is low', value: '{{ $value }}', threshold: '0.8'}
`

let postgres: TestPostgres
let prometheus: TestPrometheus
let alertmanager: TestAlertmanager
let databaseUrl: string
let pool: pg.Pool
let port: number

beforeAll(async () => {
  port = await freePort()
  ;[postgres, alertmanager] = await startTogether(
    startTestPostgres(),
    startTestAlertmanager(`http://127.0.0.1:${port}`),
  )
  prometheus = await startTestPrometheus({
    rules,
    externalLabels: '{region: eu}',
    alertmanagers: [alertmanager.url],
  })
}, 120_000)

afterAll(async () => {
  await Promise.all([postgres?.stop(), prometheus?.stop(), alertmanager?.stop()])
}, 60_000)

beforeEach(async () => {
  databaseUrl = await postgres.newDatabase()
  pool = createPool(databaseUrl)
})

const start = () =>
  startRecorder({ config, databaseUrl, prometheusUrl: prometheus.url, port, logger: silentLogger })

async function withRecorder(work: (recorder: Recorder) => Promise<void>): Promise<void> {
  const recorder = await start()
  try {
    await work(recorder)
  } finally {
    await recorder.stop()
    await pool.end()
  }
}

function expose(model: string, f1: number): void {
  prometheus.expose(
    `job_model_context_size_operation:mnemoscope_f1_score:current{model="${model}",context_size="8192"} ${f1}\n`,
  )
}

async function episodes(model: string) {
  const { rows } = await pool.query(
    `SELECT severity, closed_how, peak_value, threshold, summary, (SELECT count(DISTINCT via)::int FROM alert_transitions WHERE episode_id = alert_episodes.id) AS sources
     FROM alert_episodes WHERE model = $1 ORDER BY starts_at, severity`,
    [model],
  )
  return rows
}

async function firingIn(model: string): Promise<number> {
  const query = `count(ALERTS{model="${model}",alertstate="firing"})`
  const { body } = await getJson<{ data: { result: { value: [number, string] }[] } }>(
    `${prometheus.url}/api/v1/query?query=${encodeURIComponent(query)}`,
  )
  return Number(body.data.result[0]?.value[1] ?? 0)
}

describe('webhook and Prometheus together', () => {
  test('an alert that both report is one episode, with external labels or without; an inhibited one is there too', async () => {
    await withRecorder(async () => {
      expose('both', 0.5)
      await waitFor(async () => (await episodes('both')).length === 2)
      // Time for the other source to report the same: a resolve comes from Alertmanager a second after the end. What began
      // between the reconcile's two questions to Prometheus, alerts and samples, has its value from the next one.
      await waitFor(async () => {
        const { rows } = await pool.query(
          `SELECT count(*)::int AS n FROM alert_episodes
           WHERE model = 'both' AND last_firing_at IS NOT NULL AND peak_value IS NOT NULL`,
        )
        return rows[0].n === 2
      })
      expose('both', 0.95)
      const closed = await waitFor(async () => {
        const found = await episodes('both')
        return found.every(({ closed_how }) => closed_how !== null) && found
      })
      expect(closed).toHaveLength(2)
      expect(closed.map(({ severity, threshold, peak_value }) => [severity, threshold, peak_value])).toEqual([
        ['critical', 0.7, 0.5],
        ['warning', 0.8, 0.5],
      ])
    })
  }, 90_000)

  test('a silenced alert, which no notification reports, is one episode too', async () => {
    const silence = await fetch(`${alertmanager.url}/api/v2/silences`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        matchers: [{ name: 'model', value: 'silenced', isRegex: false, isEqual: true }],
        startsAt: new Date().toISOString(),
        endsAt: new Date(Date.now() + 600_000).toISOString(),
        createdBy: 'test',
        comment: 'planned work',
      }),
    })
    expect(silence.status).toBe(200)
    await withRecorder(async () => {
      expose('silenced', 0.75)
      // Alertmanager has it, and holds it back.
      await waitFor(async () => {
        const { body } = await getJson<{ labels: Record<string, string>; status: { state: string } }[]>(
          `${alertmanager.url}/api/v2/alerts?silenced=true&active=false`,
        )
        return body.some(({ labels, status }) => labels.model === 'silenced' && status.state === 'suppressed')
      })
      // As above: what began between the reconcile's two questions has its value from the next one.
      await waitFor(async () => (await episodes('silenced')).some(({ peak_value }) => peak_value !== null))
      expose('silenced', 0.95)
      const closed = await waitFor(async () => {
        const found = await episodes('silenced')
        return found.every(({ closed_how }) => closed_how !== null) && found
      })
      expect(closed).toEqual([
        expect.objectContaining({
          severity: 'warning',
          closed_how: 'reconciled',
          peak_value: 0.75,
          sources: 1,
        }),
      ])
      const { rows } = await pool.query(
        `SELECT kind, via FROM alert_transitions JOIN alert_episodes ON alert_episodes.id = episode_id
         WHERE model = 'silenced' ORDER BY alert_transitions.id`,
      )
      expect(new Set(rows.map(({ via }) => via))).toEqual(new Set(['prometheus']))
      expect(rows.map(({ kind }) => kind).filter((kind) => kind === 'opened' || kind === 'closed')).toEqual([
        'opened',
        'closed',
      ])
      const watchdogs = await pool.query("SELECT FROM alert_episodes WHERE alertname = 'MnemoscopeWatchdog'")
      expect(watchdogs.rows).toEqual([])
    })
  }, 90_000)

  test('an alert that began and ended while the recorder was away is found at the next start', async () => {
    expose('away', 0.5)
    await waitFor(async () => (await firingIn('away')) === 2)
    expose('away', 0.95)
    await waitFor(async () => (await firingIn('away')) === 0)
    await withRecorder(async () => {
      const found = await waitFor(async () => {
        const rows = await episodes('away')
        return rows.length === 2 && rows.every(({ closed_how }) => closed_how !== null) && rows
      })
      // Alertmanager tries its notifications again, so either source may have been the first.
      expect(found.map(({ severity, threshold }) => [severity, threshold])).toEqual([
        ['critical', 0.7],
        ['warning', 0.8],
      ])
    })
  }, 90_000)

  test('an alert that is notified before Prometheus answers has one episode', async () => {
    expose('early', 0.75)
    await waitFor(async () => (await firingIn('early')) === 1)
    await prometheus.server.kill()
    await withRecorder(async () => {
      // Alertmanager adds the external label; nothing has told the recorder of it.
      await waitFor(async () => (await episodes('early')).length === 1)
      await prometheus.restart()
      await waitFor(async () => {
        const { rows } = await pool.query(
          "SELECT FROM alert_episodes WHERE model = 'early' AND last_firing_at IS NOT NULL",
        )
        return rows.length > 0
      })
      expose('early', 0.95)
      const closed = await waitFor(async () => {
        const found = await episodes('early')
        return found.every(({ closed_how }) => closed_how !== null) && found
      })
      expect(closed).toHaveLength(1)
    })
  }, 90_000)

  test("after Prometheus' clock was set back episodes are reconciled at once, not when that time comes again", async () => {
    await pool.query(
      "INSERT INTO reconciles (cluster, source, reached) VALUES ('default', $1, now() + interval '2 hours')",
      [prometheus.url],
    )
    await withRecorder(async () => {
      expose('set-back', 0.75)
      await waitFor(async () => {
        const { rows } = await pool.query(
          "SELECT FROM alert_episodes WHERE model = 'set-back' AND last_firing_at IS NOT NULL",
        )
        return rows.length === 1
      })
      // The progress is saved after the episodes of the same reconcile.
      await waitFor(async () => {
        const { rows } = await pool.query('SELECT FROM reconciles WHERE reached < now()')
        return rows.length === 1
      })
      expose('set-back', 0.95)
      await waitFor(async () => (await firingIn('set-back')) === 0)
    })
  }, 30_000)

  test('an alert that fires while Prometheus is killed and started again is one episode', async () => {
    await withRecorder(async (recorder) => {
      expose('restart', 0.5)
      await waitFor(async () => (await episodes('restart')).length === 2)
      await prometheus.server.kill()
      await waitFor(async () => !(await getJson<Readiness>(`${recorder.url}/readyz`)).body.ready)
      await prometheus.restart()
      await waitFor(async () => (await firingIn('restart')) === 2)
      const since = new Date()
      const after = await waitFor(async () => {
        const { rows } = await pool.query(
          "SELECT closed_how FROM alert_episodes WHERE model = 'restart' AND last_firing_at > $1",
          [since],
        )
        return rows.length === 2 && rows
      })
      expect(after).toEqual([{ closed_how: null }, { closed_how: null }])
      expect(await episodes('restart')).toHaveLength(2)
    })
  }, 120_000)
})
