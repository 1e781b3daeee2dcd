import { describe, expect, test } from '@jest/globals'
import { defineConfig, names } from '@mnemoscope/kpi'
import { originOf, pathText, settingsBehind, settingsOfPipeline } from '../../src/explain/origin.js'

const path = ['kpis', 'f1_score', 'overrides', 0, 'thresholds', 'warning'] as const
const set = { kpis: { f1_score: { overrides: [{ thresholds: { warning: 0.9 } }] } } }

describe('a setting comes from', () => {
  test.each([
    ['patch', set, set],
    ['file', {}, set],
    ['default', {}, {}],
    ['default', undefined, { kpis: { f1_score: { overrides: [] } } }],
  ])('the %s', (origin, patch, declared) => {
    expect(originOf(path, patch, declared)).toBe(origin)
  })
})

describe('the settings behind an alert', () => {
  const { kpis } = defineConfig({
    kpis: {
      latency: {
        thresholds: { warning: 5, critical: 20 },
        overrides: [
          { model: 'slow', thresholds: { critical: 30 } },
          { model: 'small', thresholds: { warning: 4 }, noData: 'breach' },
        ],
      },
      adaptation_success_rate: { target: 0.99 },
    },
  })
  test.each([
    ['MnemoscopeLatencyWarning', 'warning', '5', ['kpis.latency.thresholds.warning']],
    ['MnemoscopeLatencyCritical', 'critical', '30', ['kpis.latency.overrides[0].thresholds.critical']],
    ['MnemoscopeLatencyCritical', 'critical', '31', []],
    ['MnemoscopeLatencyInfo', 'info', undefined, ['alerting.trend.deviations', 'alerting.trend.change']],
    [
      'MnemoscopeLatencyNoData',
      'warning',
      undefined,
      ['kpis.latency.noData', 'kpis.latency.overrides[1].noData', 'kpis.latency.expectedFor'],
    ],
  ])('%s (%s, threshold %s) are %j', (alert, severity, threshold, paths) => {
    expect(settingsBehind(kpis.latency, alert, severity, threshold).map(pathText)).toEqual(paths)
  })

  test('of a burn rate are the target and the attempts asked for', () => {
    const alert = 'MnemoscopeAdaptationSuccessRateBurnError'
    const paths = settingsBehind(kpis.adaptation_success_rate, alert, 'error', '6')
    expect(paths.map(pathText)).toEqual([
      'kpis.adaptation_success_rate.target',
      'kpis.adaptation_success_rate.minSamples',
    ])
  })

  test.each(Object.values(names.pipelineAlert))('of %s of the pipeline are settings there are', (alert) => {
    const config = defineConfig({
      alerting: {
        watchdog: { receiver: 'dead-man' },
        receivers: { 'dead-man': { webhook: { url: 'https://example.org' } } },
      },
    })
    const paths = settingsOfPipeline(alert)
    expect(paths.length === 0).toBe(alert === names.pipelineAlert.configChanged)
    for (const path of paths) expect(config).toHaveProperty(path.map(String))
  })
})
