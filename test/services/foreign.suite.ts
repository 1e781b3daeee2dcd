import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { ConfigInput } from '@mnemoscope/kpi'
import type { DashboardData } from '@mnemoscope/recorder'
import { freePort } from '@mnemoscope/servers'
import { mnemoscopeHere } from '../harness/command.js'
import { eventually } from '../harness/eventually.js'
import { type Stack, startStack } from '../harness/stack.js'
import { temporaryFolder } from '../harness/temporary-folder.js'

// A service with OpenTelemetry's SDK alone: its metrics are KPIs by `source`, and nothing else.

const hitRate = {
  title: 'Lookup hit rate',
  description: 'Share of lookups that find a memory.',
  unit: '1',
  instrument: 'counter',
  direction: 'higher_is_better',
  range: { min: 0, max: 1 },
  statistic: 'ratio',
  outcomes: { counter: 'lookups', label: 'result', counted: ['hit'], others: ['miss'] },
  source: {
    counted: { metric: 'memory_lookups_total', where: { result: 'hit' } },
    others: { metric: 'memory_lookups_total', where: { result: { not: 'hit' } } },
    labels: { model: { value: 'all' } },
  },
} as const

const kpis = {
  latency: {
    source: {
      metric: 'memory_search_duration',
      unit: 'ms',
      boundaries: [100, 500, 1_000, 5_000, 10_000, 20_000],
      labels: { model: 'embedding_model', operation: { value: 'search' } },
    },
  },
  memory_usage: { source: { promql: '3 * 2 ^ 30 + 0 * sum by (job) (up{job="memory"})' } },
  lookup_hit_rate: hitRate,
} as const satisfies ConfigInput['kpis']

interface Measured {
  /** Milliseconds that each search took. */
  readonly searches?: readonly number[]
  readonly hits?: number
  readonly misses?: number
}

let port: number
let service: ChildProcess
let stack: Stack
const folder = temporaryFolder('foreign')

async function startService(): Promise<void> {
  const script = fileURLToPath(
    new URL('../../packages/instrumentation/test/foreign-service.mjs', import.meta.url),
  )
  service = fork(script, { env: { ...process.env, PORT: String(port) }, execArgv: [] })
  await once(service, 'message')
}

async function endService(): Promise<void> {
  const ended = once(service, 'exit')
  service.kill('SIGKILL')
  await ended
}

async function measure(measured: Measured): Promise<void> {
  const done = once(service, 'message')
  service.send(measured)
  await done
}

beforeAll(async () => {
  port = await freePort()
  await startService()
  stack = await startStack(`127.0.0.1:${port}`, { kpis })
}, 120_000)
afterAll(async () => {
  await endService()
  await stack?.stop()
  folder.remove()
})

async function newest(query: string): Promise<number | undefined> {
  const answer = await fetch(`${stack.prometheus}/api/v1/query?query=${encodeURIComponent(query)}`)
  const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } }
  return data.result[0] === undefined ? undefined : Number(data.result[0].value[1])
}

const episodes = () =>
  stack.query<{ alertname: string; model: string; operation: string; closed_at: Date | null }>(
    "SELECT alertname, model, operation, closed_at FROM alert_episodes WHERE alertname LIKE 'MnemoscopeLatency%'",
  )

/** Operations in all snapshots of a KPI, and the sum of what they measured. */
async function recorded(kpi: string): Promise<{ samples: number; sum: number }> {
  const [row] = await stack.query<{ samples: number; sum: number }>(
    'SELECT sum(samples)::float8 AS samples, sum(samples * mean)::float8 AS sum FROM snapshots WHERE kpi = $1',
    [kpi],
  )
  return row ?? { samples: 0, sum: 0 }
}

test('operations of a foreign service are those of the KPI, over a restart', async () => {
  const known = ['latency', 'lookup_hit_rate'].map(
    (id) => `count(instance:mnemoscope_${id}:seen{mnemoscope_part="start"})`,
  )
  await eventually('the process', async () => (await newest(known.join(' + '))) === 2)
  const batches: Measured[] = [
    { searches: [200, 201], hits: 1, misses: 1 },
    { searches: [80, 450, 451, 990, 4_200], hits: 4, misses: 1 },
    { searches: [310, 7_000, 120], hits: 3 },
    { searches: [640, 641, 642, 643], hits: 2, misses: 2 },
  ]
  for (const batch of batches) {
    await measure(batch)
    await wait(1_500)
  }
  await eventually(
    'a scrape of all',
    async () => (await newest('sum(mnemoscope_latency_seconds_count)')) === 14,
  )
  await wait(2_500)
  await endService()
  await wait(1_500)
  await startService()
  const later: Measured[] = [
    { searches: [130, 131, 2_500], hits: 5 },
    { searches: [700], misses: 1 },
  ]
  for (const batch of later) {
    await measure(batch)
    await wait(1_500)
  }
  const all = [...batches, ...later]
  const milliseconds = all.flatMap(({ searches = [] }) => searches)
  const [hits, misses] = (['hits', 'misses'] as const).map((what) =>
    all.reduce((sum, each) => sum + (each[what] ?? 0), 0),
  )
  await eventually('all searches', async () => (await recorded('latency')).samples >= milliseconds.length)
  await eventually(
    'all lookups',
    async () => (await recorded('lookup_hit_rate')).samples >= Number(hits) + Number(misses),
  )
  await wait(5_000)
  const latency = await recorded('latency')
  expect(latency.samples).toBe(milliseconds.length)
  expect(latency.sum).toBeCloseTo(milliseconds.reduce((sum, each) => sum + each, 0) / 1_000, 9)
  const rate = await recorded('lookup_hit_rate')
  expect(rate.samples).toBe(Number(hits) + Number(misses))
  expect(rate.sum).toBeCloseTo(Number(hits), 9)
  // 7 s is between the boundaries at 5 and 10 s.
  expect(await stack.query("SELECT max(max) FROM snapshots WHERE kpi = 'latency'")).toEqual([{ max: 10 }])
  expect(await stack.query("SELECT DISTINCT value FROM snapshots WHERE kpi = 'memory_usage'")).toEqual([
    { value: 3 * 2 ** 30 },
  ])
  expect(
    await stack.query(
      'SELECT DISTINCT kpi, service, model, context_size, operation FROM snapshots JOIN series ON series.id = series_id ORDER BY kpi',
    ),
  ).toEqual([
    { kpi: 'latency', service: 'memory', model: 'e5', context_size: '_unknown', operation: 'search' },
    { kpi: 'lookup_hit_rate', service: 'memory', model: 'all', context_size: '_unknown', operation: '' },
    { kpi: 'memory_usage', service: 'memory', model: '_unknown', context_size: '_unknown', operation: '' },
  ])
  expect(await episodes()).toEqual([])
}, 120_000)

test('a breach of it fires, has an episode, and is on the page', async () => {
  const critical = async () =>
    (await episodes()).filter(({ alertname }) => alertname === 'MnemoscopeLatencyCritical')
  for (let i = 0; i < 60 && (await critical()).length === 0; i++) {
    await measure({ searches: Array<number>(20).fill(30_000) })
    await wait(1_000)
  }
  expect(await critical()).toMatchObject([{ model: 'e5', operation: 'search', closed_at: null }])
  const sent = await eventually('the alert at Alertmanager', async () => {
    const alerts = (await (await fetch(`${stack.alertmanager}/api/v2/alerts`)).json()) as {
      labels: Record<string, string>
    }[]
    return alerts.find(({ labels }) => labels.alertname === 'MnemoscopeLatencyCritical')
  })
  expect(sent.labels).toMatchObject({ job: 'memory', model: 'e5', operation: 'search', kpi: 'latency' })
  const answerOf = async () =>
    (await (await fetch(`${stack.recorder}/api/dashboard`)).json()) as DashboardData
  const page = await eventually('the alert on the page', async () => {
    const data = await answerOf()
    return data.open_alerts.some(({ level }) => level === 'critical') && data
  })
  expect(page.open_alerts.find(({ level }) => level === 'critical')).toMatchObject({
    metric_type: 'latency',
    threshold: 20,
    model: 'e5',
  })
  expect(page.current.find(({ model }) => model === 'e5')).toMatchObject({
    service: 'memory',
    operation: 'search',
  })
  // It ends by searches that are fast again.
  const isOpen = async () => (await episodes()).some(({ closed_at }) => closed_at === null)
  for (let i = 0; i < 120 && (await isOpen()); i++) {
    await measure({ searches: Array<number>(100).fill(300) })
    await wait(1_000)
  }
  expect(await isOpen()).toBe(false)
  expect(await critical()).toHaveLength(1)
}, 240_000)

test('doctor finds what a source does not have', async () => {
  const subjectsOf = async (name: string, input: ConfigInput['kpis']) => {
    const file = join(folder.path, `${name}.mjs`)
    writeFileSync(file, `export default ${JSON.stringify({ services: [], kpis: input })}\n`)
    const args = ['doctor', '--json', '--config', file, '--url', stack.recorder]
    const servers = ['--prometheus-url', stack.prometheus, '--alertmanager-url', stack.alertmanager]
    const { stdout } = await mnemoscopeHere(folder.path, [...args, ...servers])
    const { findings } = JSON.parse(stdout) as { findings: { subject: string; code: string; text: string }[] }
    return findings.filter(({ subject }) => subject === 'sources').map(({ code, text }) => `${code}: ${text}`)
  }
  expect(await subjectsOf('well', kpis)).toEqual([])
  const { source } = kpis.latency
  const wrong = {
    latency: {
      source: {
        ...source,
        boundaries: [100, 5_000, 10_000, 20_000],
        labels: { model: 'llm' },
        where: { shard: ['0', '1'] },
      },
    },
    token_usage: { statistic: 'mean', source: { metric: 'memory_search_time', boundaries: [1, 2] } },
    memory_usage: { source: { metric: 'memory_lookups_total' } },
    lookup_hit_rate: {
      ...hitRate,
      source: { ...hitRate.source, others: { metric: 'memory_lookups_total', where: { result: 'failed' } } },
    },
    overflow_frequency: {
      source: { counted: { metric: 'memory_search_duration_count' }, others: { metric: 'absent_total' } },
    },
  } as const
  expect(await subjectsOf('wrong', wrong)).toEqual([
    expect.stringMatching(
      /^source_label: memory_search_duration_count has no label llm of kpis\.latency\.source\.labels\.model\. It has .*embedding_model.*shard/,
    ),
    'source_boundaries: memory_search_duration has the boundaries 100, 500, 1000, 5000, 10000, 20000, but kpis.latency.source.boundaries is 100, 5000, 10000, 20000.',
    'source_missing: Prometheus has no series memory_search_time_count of kpis.token_usage.source.metric. It has memory_search_duration.',
    'source_type: memory_lookups_total of kpis.memory_usage.source.metric is a counter, but memory_usage is a gauge.',
    'source_missing: Prometheus has no series absent_total of kpis.overflow_frequency.source.others.metric.',
    'source_conditions: No series memory_lookups_total meets where of kpis.lookup_hit_rate.source.others.metric. It has result: "hit", "miss".',
  ])
}, 60_000)
