import { describe, expect, test } from '@jest/globals'
import { defineConfig, names } from '@mnemoscope/kpi'
import { generate } from '../../src/generate.js'
import { exposed } from '../../src/rule-tests/traffic.js'
import { editRules, type Rules, rulesOf, ruleTest } from '../promtool.js'

const config = defineConfig({
  kpis: {
    f1_score: {
      overrides: [
        { model: 'small', thresholds: { warning: 0.5, error: 0.375, critical: 0.25 } },
        { model: 'small', contextSize: 4_096, thresholds: { critical: 0.125 } },
      ],
    },
  },
})
const rules = rulesOf(config)
const { f1_score, latency } = config.kpis
const at = (model: string, contextSize = '8192') => ({
  job: 'memory',
  instance: 'm:1',
  model,
  context_size: contextSize,
  operation: 'search',
})
const firing = (places: Readonly<Record<string, string>>, severity: 'warning' | 'error' | 'critical') => ({
  [names.alertName(f1_score, severity)]: Object.entries(places).map(([model, context_size]) => ({
    model,
    context_size,
  })),
})

/** As a label, an annotation can be asked for. */
const withQuietAsLabel = (given: Rules) =>
  editRules(given, (rule) =>
    'alert' in rule && rule.annotations.shown_quiet !== undefined
      ? { ...rule, labels: { ...rule.labels, quiet: `-${rule.annotations.shown_quiet}` } }
      : rule,
  )

describe('threshold alerts', () => {
  test('fire at and below the threshold of an F1 score, not above, and only the levels reached', async () => {
    const steady = (measured: number) => [{ scrapes: 60, operations: 3, measured }]
    const series = {
      ...exposed(f1_score, at('above'), steady(0.8125)),
      ...exposed(f1_score, at('at'), steady(0.75)),
      ...exposed(f1_score, at('below'), steady(0.5)),
    }
    const result = await ruleTest(rules, series, [
      {
        at: '10m',
        alerts: {
          ...firing({ at: '8192', below: '8192' }, 'warning'),
          ...firing({ at: '8192', below: '8192' }, 'error'),
          ...firing({ below: '8192' }, 'critical'),
        },
      },
    ])
    expect(result).toBe('')
  })

  test('judge a place with an override only by its threshold; what a narrower override leaves out comes from the KPI', async () => {
    const steady = [{ scrapes: 60, operations: 3, measured: 0.4375 }]
    const series = {
      ...exposed(f1_score, at('small'), steady),
      ...exposed(f1_score, at('small', '4096'), steady),
      ...exposed(f1_score, at('large'), steady),
    }
    const everywhere = `count by (model, context_size) (ALERTS{alertname="MnemoscopeF1ScoreWarning"})`
    const result = await ruleTest(rules, series, [
      {
        at: '10m',
        values: {
          [everywhere]: [
            ['{model="large", context_size="8192"}', 1],
            ['{model="small", context_size="4096"}', 1],
            ['{model="small", context_size="8192"}', 1],
          ],
        },
        alerts: firing({ large: '8192' }, 'critical'),
      },
    ])
    expect(result).toBe('')
  })

  test('fire at and above the threshold where lower is better', async () => {
    const steady = (measured: number) => [{ scrapes: 60, operations: 5, measured }]
    const series = {
      ...exposed(latency, at('fast'), steady(0.2)),
      ...exposed(latency, at('slow'), steady(29)),
    }
    const result = await ruleTest(rules, series, [
      {
        at: '10m',
        alerts: {
          MnemoscopeLatencyWarning: [{ model: 'slow', context_size: '8192' }],
          MnemoscopeLatencyCritical: [{ model: 'slow', context_size: '8192' }],
        },
      },
    ])
    expect(result).toBe('')
  })

  test('end when the value recovers', async () => {
    const series = exposed(f1_score, at('m'), [
      { scrapes: 40, operations: 3, measured: 0.5 },
      { scrapes: 100, operations: 3, measured: 0.9375 },
    ])
    const result = await ruleTest(rules, series, [
      { at: '9m30s', alerts: firing({ m: '8192' }, 'critical') },
      { at: '30m', alerts: firing({}, 'warning') },
    ])
    expect(result).toBe('')
  })

  test('carry what a receiver and the recorder read', () => {
    const text = generate(config).get('prometheus/rules/f1_score.yml') as string
    const [critical, error] = ['Critical', 'Error'].map((level) =>
      text.indexOf(`alert: MnemoscopeF1Score${level}`),
    )
    expect(critical).toBeLessThan(error as number)
    expect(text).toContain(
      'description: F1 score (mean) of {{ $labels.model }}{{ with $labels.operation }} ({{ . }}){{ end }} at context size {{ $labels.context_size }} is ' +
        '{{ printf "%.3f" $value }}; its critical threshold is 0.7.',
    )
    expect(text).toContain('threshold: "0.7"')
    expect(text).toContain(`runbook_url: http://127.0.0.1:9470/runbooks/f1-score.md`)
  })

  test('say at their last evaluations, and no earlier, that they end for lack of operations', async () => {
    const config = defineConfig({ kpis: { f1_score: { expiry: '5m' } } })
    const { f1_score } = config.kpis
    const told = withQuietAsLabel(rulesOf(config))
    const phases = [{ scrapes: 20, operations: 3, measured: 0.5 }, { scrapes: 30 }]
    const firing = `count by (quiet) (ALERTS{alertname="${names.alertName(f1_score, 'critical')}", alertstate="firing"})`
    const result = await ruleTest(told, exposed(f1_score, at('m'), phases), [
      { at: '9m', values: { [firing]: [['{quiet="-"}', 1]] } },
      { at: '10m', values: { [firing]: [['{quiet="-no operations for 5 min"}', 1]] } },
      { at: '10m30s', values: { [firing]: [] } },
    ])
    expect(result).toBe('')
  })

  test('say so of a gauge whose service is gone, whenever its last scrape was', async () => {
    const config = defineConfig({
      alertCheckInterval: '1m',
      kpis: { memory_usage: { thresholds: { warning: 2e9 } } },
    })
    const { memory_usage } = config.kpis
    const told = withQuietAsLabel(rulesOf(config))
    const firing = `count by (quiet) (ALERTS{alertname="${names.alertName(memory_usage, 'warning')}", alertstate="firing"})`
    for (const scrapes of [41, 42, 43, 44]) {
      const phases = [
        { scrapes, measured: 3e9 },
        { scrapes: 1, target: 'gone' as const },
      ]
      const result = await ruleTest(
        told,
        exposed(memory_usage, at('m'), phases),
        [
          { at: '10m', values: { [firing]: [['{quiet="-"}', 1]] } },
          { at: '11m', values: { [firing]: [['{quiet="-no readings"}', 1]] } },
          { at: '13m', values: { [firing]: [] } },
        ],
        { evaluation: '1m' },
      )
      expect(result).toBe('')
    }
  })
})
