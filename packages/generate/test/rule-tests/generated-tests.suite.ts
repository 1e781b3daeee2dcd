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

/** Metrics of another program: every form of a source. */
const foreign: ConfigInput = {
  kpis: {
    latency: {
      ...quick,
      source: {
        preset: 'gen_ai.client.operation.duration',
        where: { gen_ai_operation_name: ['chat', 'search_memory'] },
      },
      thresholds: { warning: 5.12, error: 10.24, critical: 20.48 },
    },
    token_usage: {
      ...quick,
      source: { preset: 'gen_ai.client.token.usage', where: { gen_ai_token_type: 'input' } },
    },
    memory_usage: { source: { metric: 'rss_mebibytes', unit: 'MiBy', labels: { model: { value: 'all' } } } },
    adaptation_success_rate: {
      ...quick,
      source: {
        counted: { metric: 'hits_total' },
        others: { metric: 'misses_total', where: { error_type: { not: '' } } },
        labels: { service: 'service_name' },
      },
    },
    write_duration: {
      ...quick,
      title: 'Write duration',
      description: 'How long a write takes.',
      unit: 's',
      instrument: 'histogram',
      direction: 'lower_is_better',
      range: { min: 0, max: 100 },
      statistic: 'p90',
      thresholds: { warning: 5, error: 10, critical: 25 },
      source: {
        metric: 'write_duration_milliseconds',
        unit: 'ms',
        boundaries: [5, 10, 25, 1_000, 5_000, 10_000, 25_000],
        labels: { service: 'app', contextSize: 'size' },
      },
    },
  },
}
const foreignTests = new RegExp(`/(?:${Object.keys(foreign.kpis ?? {}).join('|')})(?:-source)?\\.yml$`)

const cases = (
  [
    ['the defaults', {}],
    ["overrides, other settings and a KPI of one's own", configured],
    // Fifteen checks an hour, of which no half is a number of checks, and one or two in a window.
    ['rules that are evaluated as seldom as may be', { alertCheckInterval: '4m' }],
    ['metrics of another program', foreign],
  ] as const
).flatMap(([what, input]) => {
  const files = generate(defineConfig(input))
  const tests = [...files.keys()].filter(
    (path) => path.startsWith('prometheus/tests/') && (input !== foreign || foreignTests.test(path)),
  )
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
