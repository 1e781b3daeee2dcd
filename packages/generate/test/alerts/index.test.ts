import { describe, expect, test } from '@jest/globals'
import { type Config, defineConfig, names } from '@mnemoscope/kpi'
import { parse } from 'yaml'
import { kpiAlertKinds, originOfAlert, pipelineAlertKinds } from '../../src/alerts/index.js'
import { generate } from '../../src/generate.js'

const config = defineConfig({
  services: [{ name: 'memory', targets: ['m:1'] }],
  kpis: {
    latency: {
      thresholds: { warning: 5, critical: 20 },
      overrides: [
        { model: 'slow', thresholds: { critical: 30 } },
        { model: 'small', thresholds: { warning: 4 }, noData: 'breach' },
      ],
    },
    overflow_frequency: {
      target: 0.25,
      noData: 'no_data',
      thresholds: { warning: 0.1, error: 0.2, critical: 0.3 },
    },
    adaptation_success_rate: { target: 0.99 },
  },
  alerting: {
    watchdog: { receiver: 'dead-man' },
    receivers: { 'dead-man': { webhook: { url: 'https://example.org' } } },
  },
})

const raised = [...generate(config)]
  .filter(([path]) => path.startsWith('prometheus/rules/'))
  .flatMap(([, text]) => parse(text).groups as { rules: { alert?: string; annotations: object }[] }[])
  .flatMap(({ rules }) => rules.filter(({ alert }) => alert !== undefined))
  // It steers messages and is none.
  .filter(({ alert }) => alert !== names.easedAlert)

const kinds = Object.entries(config.kpis).flatMap(([id, kpi]) =>
  kpiAlertKinds.flatMap((kind) => kind.alerts(kpi).map((alert) => ({ id, kpi, kind, alert }))),
)

describe('the kinds of alerts', () => {
  test('name every alert that is raised, each once', () => {
    const known = [
      ...kinds.map(({ alert }) => alert.name),
      ...pipelineAlertKinds.map(({ id }) => names.pipelineAlertName(id)),
    ]
    expect(new Set(known).size).toBe(known.length)
    expect(known).toEqual(expect.arrayContaining(raised.map(({ alert }) => alert as string)))
  })

  test('raise every alert that they name, where the settings ask for it', () => {
    const named = kinds.filter(({ id }) => id === 'overflow_frequency').map(({ alert }) => alert.name)
    const ofPipeline = pipelineAlertKinds.map(({ id }) => names.pipelineAlertName(id))
    expect(raised.map(({ alert }) => alert)).toEqual(expect.arrayContaining([...named, ...ofPipeline]))
  })

  test('say the page that their alerts lead to', () => {
    for (const { alert: name, annotations } of raised) {
      const ofKpi = kinds.find(({ alert }) => alert.name === name)
      const ofPipeline = pipelineAlertKinds.find(({ id }) => names.pipelineAlertName(id) === name)
      const page = ofKpi?.kind.runbook(ofKpi.kpi) ?? `${ofPipeline?.id.replaceAll('_', '-')}.md`
      expect(annotations).toMatchObject({ runbook_url: `http://127.0.0.1:9470/runbooks/${page}` })
    }
  })

  test.each(kpiAlertKinds)('have tests for promtool', (kind) => {
    expect(kind.tests(config, config.kpis.overflow_frequency)).not.toEqual([])
  })

  test('compare a series that is recorded', () => {
    const recorded = new Set(
      [...generate(config).values()].flatMap((text) =>
        [...text.matchAll(/- record: (\S+)/g)].map(([, name]) => name),
      ),
    )
    for (const { kind, alert } of kinds.filter(({ id }) => id === 'overflow_frequency')) {
      const { expression } = kind.judged(config.kpis.overflow_frequency, alert)
      for (const [series] of expression.matchAll(/job_model_context_size_operation:[a-z0-9_:]+/g)) {
        expect(recorded).toContain(series)
      }
    }
  })
})

describe('the settings behind an alert', () => {
  const paths = (name: string, threshold?: string) =>
    originOfAlert(config, name)
      ?.settings(threshold)
      .map((path) => path.join('.'))

  test.each([
    ['MnemoscopeLatencyWarning', '5', ['kpis.latency.thresholds.warning']],
    ['MnemoscopeLatencyCritical', '30', ['kpis.latency.overrides.0.thresholds.critical']],
    ['MnemoscopeLatencyCritical', '31', []],
    ['MnemoscopeLatencyInfo', undefined, ['alerting.trend.deviations', 'alerting.trend.change']],
    [
      'MnemoscopeLatencyNoData',
      undefined,
      ['kpis.latency.noData', 'kpis.latency.overrides.1.noData', 'kpis.latency.expectedFor'],
    ],
    ['MnemoscopeAdaptationSuccessRateBurnError', '6', ['kpis.adaptation_success_rate.target']],
  ])('%s (threshold %s) are %j', (alert, threshold, expected) => {
    expect(paths(alert, threshold)).toEqual(expected)
  })

  test.each(pipelineAlertKinds.map(({ id }) => id))('of the pipeline alert %s exist', (id) => {
    const all = paths(names.pipelineAlertName(id)) ?? []
    expect(all.length === 0).toBe(id === 'config_changed')
    for (const path of all) expect(config).toHaveProperty(path)
  })

  test('of an alert that no kind raises are unknown', () => {
    expect(originOfAlert(config, 'DiskFull')).toBeUndefined()
    expect(originOfAlert({ kpis: {} } as unknown as Config, 'MnemoscopeLatencyWarning')).toBeUndefined()
  })
})

describe('what an alert compares', () => {
  test.each([
    ['MnemoscopeF1ScoreCritical', '1', 'lowest'],
    ['MnemoscopeLatencyInfo', 's', 'highest'],
    ['MnemoscopeLatencyNoData', 's', 'highest'],
    ['MnemoscopeAdaptationSuccessRateBurnError', '{number}', 'highest'],
  ])('%s is in %s, the %s value is the worst', (alert, unit, worst) => {
    expect(originOfAlert(config, alert)?.judged).toMatchObject({ unit, worst })
  })

  test('is not recorded for alerts of the pipeline', () => {
    expect(originOfAlert(config, 'MnemoscopeTargetDown')).toMatchObject({ judged: undefined })
  })
})
