import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { defineConfig, names } from '@mnemoscope/kpi'
import { findTool, freePort, startPrometheus } from '@mnemoscope/servers'
import { type ActiveAlert, currentValues } from '../../packages/cli/src/explain/current.js'
import { originOfAlert } from '../../packages/generate/src/alerts/index.js'
import { eventually } from '../harness/eventually.js'
import { toolsDir } from '../harness/repository.js'
import { temporaryFolder } from '../harness/temporary-folder.js'

/** What `explain` shows of each kind of alert, over series that Prometheus would have recorded in a day. */
const config = defineConfig({ kpis: { adaptation_success_rate: { target: 0.9 } } })
const { adaptation_success_rate: kpi } = config.kpis
const { current, last, windowed } = names.recordedSeries
const place = (model: string) => `job="memory",model="${model}",context_size="8192"`
const series = [
  `${current(kpi)}{${place('busy')}} 0.85`,
  `${last(kpi)}{${place('busy')}} 0.85`,
  `${last(kpi)}{${place('quiet')}} 0.7`,
  `${windowed(kpi, 'current_mean', '1h')}{${place('busy')}} 0.8`,
  `${windowed(kpi, 'misses', '1h')}{${place('busy')}} 0.5`,
  `${windowed(kpi, 'misses', '6h')}{${place('busy')}} 0.3`,
  `${windowed(kpi, 'misses', '6h')}{${place('quiet')}} 0.6`,
]
const stops: (() => Promise<unknown>)[] = []
let prometheus: string

beforeAll(async () => {
  const folder = temporaryFolder('judged')
  stops.push(async () => folder.remove())
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4')
    response.end(`${series.join('\n')}\n`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  stops.push(async () => server.close())
  const target = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const configFile = join(folder.path, 'prometheus.yml')
  writeFileSync(
    configFile,
    JSON.stringify({
      global: { scrape_interval: '1s' },
      scrape_configs: [
        {
          job_name: 'memory',
          honor_labels: true,
          static_configs: [{ targets: [target] }],
          // Recorded series have no instance.
          metric_relabel_configs: [{ regex: 'instance', action: 'labeldrop' }],
        },
      ],
    }),
  )
  const { command } = await findTool('prometheus', { toolsDir })
  const port = await freePort()
  const started = await startPrometheus({
    command,
    configFile,
    stateDir: folder.path,
    port,
    alertResendDelay: '1s',
  })
  stops.push(started.stop)
  prometheus = started.url
  await eventually(
    'the first scrape',
    async () => (await judged('MnemoscopeAdaptationSuccessRateError')).length > 0,
  )
}, 120_000)

afterAll(async () => {
  for (const stop of stops.reverse()) await stop()
}, 30_000)

const valuesOf = (alert: string, active: readonly ActiveAlert[] = []) =>
  currentValues(prometheus, originOfAlert(config, alert)?.judged, active, {
    severity: undefined,
    at: undefined,
    operation: undefined,
  })

const judged = async (alert: string) =>
  (await valuesOf(alert)).map(({ model, value }) => [model, Number(value.toPrecision(9))])

test.each([
  ['a threshold the current value', 'MnemoscopeAdaptationSuccessRateError', [['busy', 0.85]]],
  ['a trend the mean of the hour', 'MnemoscopeAdaptationSuccessRateInfo', [['busy', 0.8]]],
  [
    'missing data the last value where there is none now',
    'MnemoscopeAdaptationSuccessRateNoData',
    [['quiet', 0.7]],
  ],
  [
    'a fast burn the misses of an hour by the budget',
    'MnemoscopeAdaptationSuccessRateBurnCritical',
    [['busy', 5]],
  ],
  [
    'a slower burn those of six hours, the worst first',
    'MnemoscopeAdaptationSuccessRateBurnError',
    [
      ['quiet', 6],
      ['busy', 3],
    ],
  ],
])('judged is of %s (%s)', async (_, alert, values) => {
  expect(await judged(alert)).toEqual(values)
})

test('an active alert marks its place, and shows its value where nothing is recorded any more', async () => {
  const labels = (model: string) => ({
    ...{ alertname: 'x', severity: 'error', kpi: kpi.id, job: 'memory', model, context_size: '8192' },
  })
  const active = ['busy', 'gone'].map((model) => ({
    labels: labels(model),
    annotations: {},
    state: 'firing',
    value: '8.8e-01',
  }))
  const values = await valuesOf('MnemoscopeAdaptationSuccessRateError', active)
  expect(values.map(({ model, value, state }) => [model, value, state])).toEqual([
    ['busy', 0.85, 'firing'],
    ['gone', 0.88, 'firing'],
  ])
})
