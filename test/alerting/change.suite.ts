import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Monitor, startMonitoring } from '@mnemoscope/instrumentation'
import { type ConfigInput, configHash, defineConfig } from '@mnemoscope/kpi'
import { startRecorder } from '@mnemoscope/recorder'
import { pino } from 'pino'
import { createApplier } from '../../packages/cli/src/changes/applier.js'
import { checkWithTools } from '../../packages/cli/src/check-with-tools.js'
import { startTestPostgres } from '../../packages/recorder/test/plumbing/postgres.js'
import { eventually } from '../harness/eventually.js'
import { toolsDir } from '../harness/repository.js'
import { type Monitoring, query, startMonitoringServers } from './monitoring.js'

/** A change followed from the request to running rules, running services, the history and its alert. */
const input: ConfigInput = { contextSizes: [8_192], scrapeInterval: '1s', alertCheckInterval: '1s' }
const stops: (() => Promise<unknown>)[] = []
let monitoring: Monitoring
let recorder: string
let monitor: Monitor

beforeAll(async () => {
  monitoring = await startMonitoringServers(input)
  stops.push(monitoring.stop)
  const { folder, prometheusUrl, alertmanagerUrl, endpoints } = monitoring
  const configPath = join(folder, 'project', 'mnemoscope.config.mjs')
  mkdirSync(join(folder, 'project'))
  writeFileSync(configPath, `export default ${JSON.stringify(input)}`)
  const config = defineConfig(input)
  const check = (of: string) => checkWithTools(of, join(toolsDir, '..'))
  const running = () => ({ endpoints })
  const urls = { prometheusUrl, alertmanagerUrl }
  const configSource = createApplier({ configPath, config, defaults: {}, folder, check, running, ...urls })
  stops.push(configSource.stop)
  const postgres = await startTestPostgres()
  stops.push(postgres.stop)
  const logger = pino({ level: 'silent' })
  const options = {
    config,
    configSource,
    databaseUrl: await postgres.newDatabase(),
    prometheusUrl,
    port: 0,
    open: 'everything' as const,
    logger,
  }
  const started = await startRecorder(options)
  stops.push(started.stop)
  recorder = started.url
  monitor = await startMonitoring({ service: 'memory', port: 0, config, recorder })
  stops.push(monitor.stop)
  await eventually('the first evaluation', async () => (await configsSeen()).length === 1)
}, 120_000)

afterAll(async () => {
  for (const stop of stops.reverse()) await stop()
}, 60_000)

test('a patch reaches the rules, the services, the history and one INFO alert, with nothing restarted', async () => {
  const before = configHash(defineConfig(input))
  expect(await configsSeen()).toEqual([before])
  const response = await fetch(`${recorder}/api/config`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      by: 'ann',
      patch: { integrations: { benchmark: false }, kpis: { f1_score: { thresholds: { warning: 0.85 } } } },
    }),
  })
  expect(response.status).toBe(200)
  const { hash } = (await response.json()) as { hash: string }
  expect(hash).not.toBe(before)

  await eventually('the evaluated rules', async () => (await configsSeen()).includes(hash))
  await eventually('the switch', () => monitor.integrations.switches.benchmark === false)
  expect(monitor.integrations.switches).toMatchObject({ overflow: true, adaptation: true })

  const [newest] = await eventually('the stored change', async () => {
    const { changes } = (await (await fetch(`${recorder}/api/config/changes`)).json()) as {
      changes: object[]
    }
    return changes.length === 2 && changes
  })
  expect(newest).toMatchObject({ by: 'ann', source: 'api', sha256: hash, previous_sha256: before })

  const told = await eventually('the alert', async () => {
    const firing = await query(monitoring.prometheusUrl, 'ALERTS{alertname="MnemoscopeConfigChanged"}')
    return firing.length > 0 && firing
  })
  expect(told.map(({ metric }) => [metric.severity, metric.sha256])).toEqual([['info', hash]])
  const ever = 'count by (sha256) (count_over_time(ALERTS{alertname="MnemoscopeConfigChanged"}[5m]))'
  expect(await query(monitoring.prometheusUrl, ever)).toHaveLength(1)
}, 90_000)

/** Hashes of the configurations whose rules Prometheus evaluates now. */
async function configsSeen(): Promise<(string | undefined)[]> {
  const series = await query(monitoring.prometheusUrl, 'mnemoscope_config_info')
  return series.map(({ metric }) => metric.sha256)
}
