import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Monitor, startMonitoring } from '@mnemoscope/instrumentation'
import { type Config, type ConfigInput, defineConfig, type Kpi, names } from '@mnemoscope/kpi'
import type { Range } from '../../packages/cli/src/backtest/columns.js'
import { compareAlerts } from '../../packages/cli/src/backtest/compare.js'
import { alertsOf } from '../../packages/cli/src/backtest/episodes.js'
import { firedOf, reproductionOf } from '../../packages/cli/src/backtest/fired.js'
import { historyOf } from '../../packages/cli/src/backtest/history.js'
import { eventually } from '../harness/eventually.js'
import { type Monitoring, query, queryRange, startMonitoringServers } from './monitoring.js'
import { runs } from './verdict.js'

const quick = { operations: 1, expiry: '12s' }
const withKpis = (kpis: ConfigInput['kpis']): ConfigInput => ({
  contextSizes: [8_192],
  scrapeInterval: '1s',
  alertCheckInterval: '1s',
  kpis: {
    f1_score: quick,
    latency: quick,
    adaptation_success_rate: { ...quick, thresholds: { warning: 0.9 } },
    ...kpis,
  },
})
let monitor: Monitor
let monitoring: Monitoring
let recording: NodeJS.Timeout
let startedAt: number
let endedAt: number

beforeAll(async () => {
  monitor = await startMonitoring({ service: 'memory', port: 0, config: defineConfig(withKpis({})) })
  const handle = monitor.for({ model: 'm', contextSize: 8_192 })
  let isBad = false
  recording = setInterval(() => {
    handle.operation({ f1_score: isBad ? 0.3 : 0.95, latency: isBad ? 40 : 0.4 })
    handle.adaptation_success_rate.record(isBad ? 'failure' : 'success')
  }, 50)
  const services = [{ name: 'memory', targets: [new URL(monitor.url as string).host] }]
  monitoring = await startMonitoringServers({ ...withKpis({}), services })
  startedAt = Math.floor(Date.now() / 1_000)
  await eventually('healthy values', () => Date.now() / 1_000 > startedAt + 8)
  isBad = true
  const firing = async () =>
    (await query(monitoring.prometheusUrl, 'ALERTS{alertstate="firing", kpi!="", severity!="none"}')).length
  await eventually('all alerts', async () => (await firing()) === 7)
  isBad = false
  await eventually('their end', async () => (await firing()) === 0)
  // The replays keep this process too busy to record at a steady rate, so their range ends before them.
  // A replay may see the end up to two evaluations later than the rules did.
  endedAt = Math.floor(Date.now() / 1_000) + 5
  await eventually('an evaluation after it', () => Date.now() / 1_000 > endedAt + 1)
}, 120_000)

afterAll(async () => {
  clearInterval(recording)
  await monitor?.stop()
  await monitoring?.stop()
})

const kpiIds = ['f1_score', 'latency', 'adaptation_success_rate'] as const

/**
 * The range at the very instants at which the KPI's rules were evaluated: between others they count other operations
 * together, and near a threshold that moves an alert by some evaluations.
 */
async function evaluationsOf(kpi: Kpi): Promise<Range> {
  const [newest] = await query(
    monitoring.prometheusUrl,
    `timestamp(${names.judgeSeries.added(kpi, 'count')} @ ${endedAt})`,
  )
  const end = Number(newest?.value[1])
  return { start: end - Math.floor(end - startedAt), end, step: 1 }
}

async function replayed(config: Config) {
  const histories = await Promise.all(
    kpiIds.map(async (id) => {
      const kpi = config.kpis[id]
      return historyOf(monitoring.prometheusUrl, config, kpi, await evaluationsOf(kpi))
    }),
  )
  return histories.flat().flatMap(alertsOf)
}

test('a backtest of the configuration in force finds the alerts that really fired', async () => {
  const alerts = await replayed(monitoring.config)
  const series = await queryRange(
    monitoring.prometheusUrl,
    'ALERTS{alertstate="firing", kpi!="", severity!="none"}',
    {
      start: startedAt,
      end: endedAt,
      step: 1,
    },
  )
  expect(alerts.filter(({ spans }) => spans.length > 0)).toHaveLength(7)
  expect(series).toHaveLength(7)
  for (const { metric, values } of series) {
    const [real] = runs(
      values.map(([at]) => at),
      1,
    )
    const found = alerts.find(({ kpi, severity }) => kpi === metric.kpi && severity === metric.severity)
    expect(found?.spans).toHaveLength(1)
    expect(Math.abs((found?.spans[0]?.from ?? 0) - (real?.from ?? 0))).toBeLessThanOrEqual(2)
    // A run ends with its last firing evaluation, a span with the first one after it.
    expect(Math.abs((found?.spans[0]?.to ?? 0) - 1 - (real?.to ?? 0))).toBeLessThanOrEqual(2)
  }
}, 60_000)

test('and says how much of the time in which they fired is alike', async () => {
  const kpis = kpiIds.map((id) => monitoring.config.kpis[id])
  const fired = await Promise.all(
    kpis.map(async (kpi) => firedOf(monitoring.prometheusUrl, kpi, await evaluationsOf(kpi))),
  )
  const range = { end: endedAt, step: 1 }
  const reproduced = reproductionOf(fired.flat(), await replayed(monitoring.config), range)
  expect(reproduced).toMatchObject({ fired: 7, found: 7, alike: expect.any(Number) })
  // Of some twenty evaluations, one or two may see an end later than the rules did.
  expect(reproduced.alike).toBeGreaterThan(0.9)
}, 60_000)

test('and of an edited one, what that would have raised and missed', async () => {
  const today = await replayed(monitoring.config)
  const thresholds = { warning: 0.99, error: 0.2, critical: 0.1 }
  const edited = await replayed(defineConfig(withKpis({ f1_score: { ...quick, thresholds } })))
  const differences = compareAlerts(today, edited)
  const told = differences.map(({ kind, kpi, severity, model }) => `${kind} ${kpi} ${severity} ${model}`)
  expect(told).toEqual(expect.arrayContaining(['missed f1_score error m', 'missed f1_score critical m']))
  expect(differences.some(({ kpi }) => kpi !== 'f1_score')).toBe(false)
  const warning = edited.find(({ kpi, severity }) => kpi === 'f1_score' && severity === 'warning')
  expect(warning?.spans[0]?.to).toBeUndefined()
}, 60_000)
