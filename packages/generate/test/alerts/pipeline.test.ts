import { describe, expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { generate } from '../../src/generate.js'
import { ruleTest } from '../promtool.js'

const files = generate(defineConfig())
const firing = (alertname: string) => `count(ALERTS{alertname="${alertname}", alertstate="firing"})`

describe('the pipeline watches itself', () => {
  test('and nothing fires while all is well', async () => {
    const series = {
      'up{job="memory", instance="m:1"}': '1x80',
      'mnemoscope_latency_seconds_count{job="memory", instance="m:1", model="m"}': '0x80',
      'up{job="of somebody else", instance="x:1"}': '0x80',
      'mnemoscope_recorder_last_instant_timestamp_seconds{job="mnemoscope-recorder"}': '0+15x80',
      'prometheus_rule_evaluation_failures_total{job="prometheus", rule_group="g"}': '7x80',
      'prometheus_notifications_errors_total{job="prometheus"}': '7x80',
      'alertmanager_notifications_failed_total{job="alertmanager", integration="webhook"}': '7x80',
      'mnemoscope_recorder_deliveries{job="mnemoscope-recorder", handler="desk", state="waiting"}': '7x80',
      'mnemoscope_recorder_deliveries{job="mnemoscope-recorder", handler="desk", state="given_up"}': '0x80',
    }
    const expected = [{ at: '20m', values: { 'count(ALERTS)': [] } }]
    expect(await ruleTest(files, series, expected, { rules: 'all' })).toBe('')
  })

  test.each([
    ['MnemoscopeTargetDown', 'up{job="memory", instance="m:1"}', '1x20 0x80'],
    [
      'MnemoscopeRecorderBehind',
      'mnemoscope_recorder_last_instant_timestamp_seconds{job="mnemoscope-recorder"}',
      '0+15x20 300x80',
    ],
    [
      'MnemoscopeRuleEvaluationFailing',
      'prometheus_rule_evaluation_failures_total{job="prometheus", rule_group="g"}',
      '0x20 1+1x80',
    ],
    [
      'MnemoscopeRuleEvaluationFailing',
      'prometheus_rule_group_iterations_missed_total{job="prometheus", rule_group="g"}',
      '0x20 1+1x80',
    ],
    ['MnemoscopeServiceSilent', 'up{job="memory", instance="m:1"}', '_x20 1x80'],
    ['MnemoscopeDeliveriesFailing', 'prometheus_notifications_errors_total{job="prometheus"}', '0x20 1+1x80'],
    [
      'MnemoscopeDeliveriesFailing',
      'prometheus_notifications_dropped_total{job="prometheus"}',
      '0x20 1+1x80',
    ],
    [
      'MnemoscopeDeliveriesFailing',
      'alertmanager_notifications_failed_total{job="alertmanager", integration="webhook"}',
      '0x20 1+1x80',
    ],
    [
      'MnemoscopeDeliveriesFailing',
      'mnemoscope_recorder_deliveries{job="mnemoscope-recorder", handler="desk", state="given_up"}',
      '0x20 2x80',
    ],
  ])('and raises %s for %s', async (alert, series, values) => {
    const result = await ruleTest(files, { [series]: values }, [
      { at: '4m30s', values: { [firing(alert)]: [] } },
      { at: '20m30s', values: { [firing(alert)]: [['{}', 1]], 'count(ALERTS)': [['{}', 1]] } },
    ])
    expect(result).toBe('')
  })

  test('and does not take a recorder that is scraped no more for one that is behind', async () => {
    const series = {
      // The pipeline rests for four minutes, then its recorder is at another address.
      'mnemoscope_recorder_last_instant_timestamp_seconds{job="mnemoscope-recorder", instance="r:1"}':
        '0+15x40 _x80',
      'mnemoscope_recorder_last_instant_timestamp_seconds{job="mnemoscope-recorder", instance="r:2"}':
        '_x56 840+15x80',
    }
    const expectations = ['13m45s', '14m', '14m30s', '16m'].map((at) => ({
      at,
      values: { 'count(ALERTS)': [] },
    }))
    expect(await ruleTest(files, series, expectations)).toBe('')
  })

  test('and does not take what Prometheus drops in the seconds after a reload for a failure', async () => {
    const series = {
      'prometheus_notifications_dropped_total{job="prometheus", instance="p:1"}': '0x40 3x80',
      'prometheus_config_last_reload_success_timestamp_seconds{job="prometheus", instance="p:1"}':
        '0x39 600x80',
    }
    const expectations = ['11m', '14m', '18m'].map((at) => ({ at, values: { 'count(ALERTS)': [] } }))
    expect(await ruleTest(files, series, expectations)).toBe('')
  })

  test('and announces a changed configuration for ten minutes, but not a first one', async () => {
    const before = 'mnemoscope_config_info{sha256="an earlier one"}'
    const changed = 'count(ALERTS{alertname="MnemoscopeConfigChanged", severity="info"})'
    const expectations = (told: boolean) => [
      { at: '15m', values: { [changed]: told ? [['{}', 1] as const] : [] } },
      { at: '30m', values: { [changed]: [] } },
    ]
    const rules = generate(defineConfig())
    const unchanged = { 'up{job="memory", instance="m:1"}': '1x200' }
    // The rules of this configuration run from the beginning here, so the earlier one has to lie before it.
    expect(await ruleTest(rules, unchanged, expectations(false))).toBe('')
    const later = new Map(
      [...rules].map(([path, text]) => [
        path,
        text.replace('expr: vector(1)', 'expr: vector(1) and on () changed'),
      ]),
    )
    const series = { [before]: '1x40 stale', changed: '_x40 1x200' }
    expect(await ruleTest(later, series, expectations(true))).toBe('')
    const inFact = {
      at: '10m15s',
      values: { 'count(ALERTS{alertname="MnemoscopeConfigChanged"})': [['{}', 1] as const] },
    }
    expect(await ruleTest(later, { ...series, [before]: '1x200' }, [inFact])).toBe('')
  })
})

test('no summary of an alert holds its value: one that changes with every evaluation would be a change of the alert', () => {
  const summaries = [...files.values()].flatMap((text) => text.match(/^ +summary: .*$/gm) ?? [])
  expect(summaries.length).toBeGreaterThan(20)
  expect(summaries.filter((summary) => summary.includes('$value'))).toEqual([])
})
