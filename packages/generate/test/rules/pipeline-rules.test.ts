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
      'up{job="of somebody else", instance="x:1"}': '0x80',
      'mnemoscope_recorder_last_instant_timestamp_seconds{job="mnemoscope-recorder"}': '0+15x80',
      'prometheus_rule_evaluation_failures_total{job="prometheus", rule_group="g"}': '7x80',
      'prometheus_notifications_errors_total{job="prometheus"}': '7x80',
      'alertmanager_notifications_failed_total{job="alertmanager", integration="webhook"}': '7x80',
    }
    expect(await ruleTest(files, series, [{ at: '20m', values: { 'count(ALERTS)': [] } }])).toBe('')
  })

  test.each([
    ['MnemoscopeTargetDown', 'up{job="memory", instance="m:1"}', '1x20 0x60'],
    [
      'MnemoscopeRecorderBehind',
      'mnemoscope_recorder_last_instant_timestamp_seconds{job="mnemoscope-recorder"}',
      '0+15x20 300x60',
    ],
    [
      'MnemoscopeRuleEvaluationFailing',
      'prometheus_rule_evaluation_failures_total{job="prometheus", rule_group="g"}',
      '0x20 1+1x60',
    ],
    [
      'MnemoscopeRuleEvaluationFailing',
      'prometheus_rule_group_iterations_missed_total{job="prometheus", rule_group="g"}',
      '0x20 1+1x60',
    ],
    ['MnemoscopeDeliveriesFailing', 'prometheus_notifications_errors_total{job="prometheus"}', '0x20 1+1x60'],
    [
      'MnemoscopeDeliveriesFailing',
      'prometheus_notifications_dropped_total{job="prometheus"}',
      '0x20 1+1x60',
    ],
    [
      'MnemoscopeDeliveriesFailing',
      'alertmanager_notifications_failed_total{job="alertmanager", integration="webhook"}',
      '0x20 1+1x60',
    ],
  ])('and raises %s for %s', async (alert, series, values) => {
    const result = await ruleTest(files, { [series]: values }, [
      { at: '4m30s', values: { [firing(alert)]: [] } },
      { at: '15m', values: { [firing(alert)]: [['{}', 1]], 'count(ALERTS)': [['{}', 1]] } },
    ])
    expect(result).toBe('')
  })
})
