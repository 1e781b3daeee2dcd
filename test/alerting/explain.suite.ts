import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Monitor, startMonitoring } from '@mnemoscope/instrumentation'
import { type ConfigInput, defineConfig } from '@mnemoscope/kpi'
import { explain } from '../../packages/cli/src/explain/explain.js'
import { explanationText } from '../../packages/cli/src/explain/text.js'
import { eventually } from '../harness/eventually.js'
import { type Stack, startStack } from '../harness/stack.js'

/** An alert explained by its name, and one of its episodes by its id. */
const input = {
  contextSizes: [8_192],
  kpis: {
    f1_score: {
      operations: 2,
      overrides: [{ model: 'small', thresholds: { critical: 0.5 } }],
    },
  },
} as const satisfies ConfigInput
const { declared } = defineConfig(input)
let monitor: Monitor
let stack: Stack
let recording: NodeJS.Timeout

beforeAll(async () => {
  monitor = await startMonitoring({ service: 'memory', port: 0, config: defineConfig(input) })
  const handles = ['small', 'large'].map((model) => monitor.for({ model, contextSize: 8_192 }))
  recording = setInterval(() => {
    for (const handle of handles) handle.f1_score.record(0.25)
  }, 100)
  stack = await startStack(new URL(monitor.url as string).host, input)
}, 120_000)

afterAll(async () => {
  clearInterval(recording)
  await monitor?.stop()
  await stack?.stop()
})

const alert = 'MnemoscopeF1ScoreCritical'
const asked = (name: string) =>
  explain({ alert: name, declared, configPath: 'mnemoscope.config.ts', ...stack })

test('an alert is told with all its rules, the settings behind them, every place and its newest episodes', async () => {
  const explanation = await eventually('both episodes', async () => {
    const told = await asked(alert)
    return told.episodes.length === 2 && told
  })
  expect(explanation).toMatchObject({ alert, kpi: 'f1_score', severity: 'critical' })
  expect(explanation.rules.map(({ threshold, from }) => [threshold, from])).toEqual([
    ['0.5', [{ path: 'kpis.f1_score.overrides[0].thresholds.critical', origin: 'mnemoscope.config.ts' }]],
    ['0.7', [{ path: 'kpis.f1_score.thresholds.critical', origin: 'the default' }]],
  ])
  expect(explanation.current.map(({ model }) => model).sort()).toEqual(['large', 'small'])
}, 60_000)

test('an episode is told with its own rule, its own value now, and its transitions', async () => {
  const { episodes } = await asked(alert)
  const small = episodes.find(({ model }) => model === 'small')
  const explanation = await asked(String(small?.id))
  expect(explanation.alert).toBe(alert)
  expect(explanation.rules.map(({ threshold, health }) => [threshold, health])).toEqual([['0.5', 'ok']])
  expect(explanation.rules[0]?.expression).toContain('mnemoscope_f1_score:high{model="small"} <= 0.5')
  expect(explanation.current).toEqual([
    {
      ...{ service: 'memory', model: 'small', context_size: '8192', operation: 'default', state: 'firing' },
      labels: { job: 'memory', model: 'small', context_size: '8192', operation: 'default' },
      value: expect.closeTo(0.25, 9),
      threshold: 0.5,
      evidence: expect.objectContaining({ of: 'value', lane: expect.any(String) }),
    },
  ])
  expect(explanation.episodes.map(({ id }) => id)).toEqual([small?.id])
  expect(explanation.episodes[0]?.transitions.map(({ kind }) => kind)).toContain('opened')
  // What the judge knew at the very evaluation at which it began: its best is beyond the threshold.
  const { began } = explanation.evidence ?? {}
  expect(began).toMatchObject({ at: small?.timestamp, of: 'value', threshold: 0.5, lane: expect.any(String) })
  expect(began?.most).toBeLessThanOrEqual(0.5)
  expect(explanationText(explanation, defineConfig(input).kpis)).toMatch(
    /How sure the newest is\n {2}when it began, .*: .*certainly .* to .*; proven by the (fast|middle) lane/,
  )
}, 60_000)

test('what nothing is called is an error that names the alerts there are', async () => {
  await expect(asked('MnemoscopeF1Critical')).rejects.toMatchObject({
    code: 'USAGE',
    value: 'MnemoscopeF1Critical',
  })
  await expect(asked('99999999')).rejects.toMatchObject({ code: 'USAGE' })
}, 60_000)

test('an alert of the pipeline is told with the settings behind it, what is active and its value', async () => {
  expect((await asked('MnemoscopeTargetDown')).current).toEqual([])
  clearInterval(recording)
  await monitor.stop()
  const explanation = await eventually('the target that is down', async () => {
    const told = await asked('MnemoscopeTargetDown')
    return told.current.length > 0 && told
  })
  expect(explanation.rules.map(({ from }) => from)).toEqual([
    [
      { path: 'services', origin: 'the default' },
      { path: 'scrapeInterval', origin: 'the default' },
    ],
  ])
  const labels = { job: 'memory', instance: new URL(monitor.url as string).host }
  expect(explanation.current).toEqual([
    {
      ...{ service: 'memory', model: '', context_size: '', operation: '', labels },
      ...{ value: 0, threshold: 0, state: 'pending', evidence: null },
    },
  ])
  expect(explanationText(explanation, defineConfig(input).kpis)).toMatch(
    new RegExp(
      `Now, the worst first\n  0 +job=memory instance=${labels.instance} pending|instance=${labels.instance} job=memory`,
    ),
  )
}, 60_000)
