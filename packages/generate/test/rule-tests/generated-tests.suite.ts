import { expect, test } from '@jest/globals'
import { type ConfigInput, defineConfig } from '@mnemoscope/kpi'
import { customKpis } from '../../../../test/harness/custom-kpis.js'
import { generate } from '../../src/generate.js'
import { runTool } from '../promtool.js'

const quick = { expiry: '12m', expectedFor: '30m' } as const
const configured: ConfigInput = {
  scrapeInterval: '15s',
  alertCheckInterval: '15s',
  kpis: {
    latency: {
      ...quick,
      noData: 'no_data',
      overrides: [
        { model: 'gpt-4o', statistic: 'p90', for: '1m', thresholds: { critical: 40 } },
        { contextSize: 131_072, thresholds: { warning: 8 }, hysteresis: 0.25, noData: 'breach' },
        { model: 'gpt-4o', contextSize: 131_072, thresholds: {}, operations: 90, keepFiringFor: '1m' },
      ],
    },
    memory_usage: { thresholds: { error: 2 ** 33 }, noData: 'no_data' },
    overflow_frequency: {
      ...quick,
      thresholds: { warning: 0.5, critical: 0.9 },
      hysteresis: 0,
      target: 0.25,
    },
    adaptation_success_rate: { ...quick, target: 0.99 },
    recall_at_5: { ...quick, ...customKpis.recall_at_5, boundaries: [0.25, 0.5, 0.75, 1] },
  },
}

const cases = (
  [
    ['the defaults', {}],
    ["overrides, other settings and a KPI of one's own", configured],
    // Fifteen checks an hour, of which no half is a number of checks, and one or two in a window.
    ['rules that are evaluated as seldom as may be', { alertCheckInterval: '4m' }],
  ] as const
).flatMap(([what, input]) => {
  const files = generate(defineConfig(input))
  const tests = [...files.keys()].filter((path) => path.startsWith('prometheus/tests/'))
  return tests.map((path) => ({ path, what, files }))
})

test.each(cases)(
  'the generated tests $path pass for $what',
  async ({ path, files }) => {
    const { ok, output } = await runTool('promtool', ['test', 'rules', path], files)
    expect(ok ? '' : output).toBe('')
  },
  // Hours of evaluations, which a busy machine takes its time for.
  240_000,
)
