import { describe, expect, test } from '@jest/globals'
import { defineConfig, names } from '@mnemoscope/kpi'
import { editRules, rulesOf, ruleTest } from '../promtool.js'

const services = [{ name: 'memory', targets: ['m:1'] }]
const rules = rulesOf(defineConfig({ services }))

/** What tells that an instance has the instrumentation, and when its process began. */
const process = (job: string, instance: string, startedAt: number) => ({
  [`process_start_time_seconds{job="${job}", instance="${instance}"}`]: `${startedAt}x80`,
  [`mnemoscope_cardinality_overflows_total{job="${job}", instance="${instance}"}`]: '0x80',
})

const ownGroup = 'rule_group="/etc/mnemoscope/rules/f1_score.yml;mnemoscope_f1_score"'
/** What tells that a Prometheus evaluates our rules. */
const evaluates = { [`prometheus_rule_group_rules{job="prometheus", ${ownGroup}}`]: '3x100' }

const firing = (alertname: string) => `count(ALERTS{alertname="${alertname}", alertstate="firing"})`

describe('the pipeline watches itself', () => {
  test('and nothing fires while all is well', async () => {
    const series = {
      'up{job="memory", instance="m:1"}': '1x80',
      'mnemoscope_latency_seconds_count{job="memory", instance="m:1", model="m"}': '0x80',
      'up{job="of somebody else", instance="x:1"}': '0x80',
      'mnemoscope_recorder_last_instant_timestamp_seconds{job="mnemoscope-recorder"}': '0+15x80',
      [`prometheus_rule_evaluation_failures_total{job="prometheus", ${ownGroup}}`]: '7x80',
      'prometheus_notifications_errors_total{job="prometheus"}': '7x80',
      'alertmanager_notifications_failed_total{job="mnemoscope-alertmanager", integration="webhook"}': '7x80',
      'mnemoscope_recorder_deliveries{job="mnemoscope-recorder", handler="desk", state="waiting"}': '7x80',
      'mnemoscope_recorder_deliveries{job="mnemoscope-recorder", handler="desk", state="given_up"}': '0x80',
      // Prometheus has it for a moment only, as when Alertmanager starts again.
      'mnemoscope_recorder_unnotified_episodes{job="mnemoscope-recorder", severity="error", why="not_there"}':
        '0x20 1x4 0x80',
      // A single mistake, and replicas that started together.
      'mnemoscope_refused_measurements_total{job="memory", instance="m:1", kpi="f1_score", reason="out_of_range"}':
        '0x20 3x80',
      ...process('memory', 'm:1', 1_795_977_424.8095157),
      ...process('memory', 'm:2', 1_795_977_424.8125),
      // Other programs may well have started in the same second.
      'process_start_time_seconds{job="of somebody else", instance="x:1"}': '1795977424x80',
      'process_start_time_seconds{job="of somebody else", instance="x:2"}': '1795977424x80',
    }
    const expected = [{ at: '20m', values: { 'count(ALERTS)': [] } }]
    const all = rulesOf(defineConfig({ services, alertCheckInterval: '1m' }))
    expect(await ruleTest(all, series, expected, { rules: 'all', evaluation: '1m' })).toBe('')
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
      `prometheus_rule_evaluation_failures_total{job="prometheus", ${ownGroup}}`,
      '0x20 1+1x80',
    ],
    [
      'MnemoscopeRuleEvaluationFailing',
      `prometheus_rule_group_iterations_missed_total{job="prometheus", ${ownGroup}}`,
      '0x20 1+1x80',
    ],
    ['MnemoscopeServiceSilent', 'up{job="memory", instance="m:1"}', '_x20 1x80'],
    [names.deliveriesFailing, 'prometheus_notifications_errors_total{job="prometheus"}', '0x20 1+1x80'],
    [names.deliveriesFailing, 'prometheus_notifications_dropped_total{job="prometheus"}', '0x20 1+1x80'],
    [
      names.deliveriesFailing,
      'alertmanager_notifications_failed_total{job="mnemoscope-alertmanager", integration="slack"}',
      '0x20 1+1x80',
    ],
    [
      names.deliveriesFailing,
      'alertmanager_notifications_failed_total{job="of somebody", integration="webhook", receiver_name="mnemoscope-recorder"}',
      '0x20 1+1x80',
    ],
    [
      names.deliveriesFailing,
      'mnemoscope_recorder_deliveries{job="mnemoscope-recorder", handler="desk", state="given_up"}',
      '0x20 2x80',
    ],
    [
      names.nobodyNotified,
      'mnemoscope_recorder_unnotified_episodes{job="mnemoscope-recorder", severity="error", why="failed"}',
      '0x20 3x80',
    ],
  ])('and raises %s for %s', async (alert, series, values) => {
    const result = await ruleTest(rules, { [series]: values, ...evaluates }, [
      { at: '4m30s', values: { [firing(alert)]: [] } },
      { at: '20m30s', values: { [firing(alert)]: [['{}', 1]], 'count(ALERTS)': [['{}', 1]] } },
    ])
    expect(result).toBe('')
  })

  test('and raises nothing for rules, notifications and targets of other people', async () => {
    const foreignGroup = 'rule_group="/etc/rules/node.yml;node"'
    const growing = '0x20 1+1x80'
    const series = {
      [`prometheus_rule_evaluation_failures_total{job="prometheus", ${foreignGroup}}`]: growing,
      [`prometheus_rule_group_iterations_missed_total{job="prometheus", ${foreignGroup}}`]: growing,
      // A Prometheus that does not evaluate our rules.
      [`prometheus_rule_group_rules{job="prometheus", instance="other:9090", ${foreignGroup}}`]: '3x100',
      'prometheus_notifications_errors_total{job="prometheus", instance="other:9090"}': growing,
      'prometheus_notifications_dropped_total{job="prometheus", instance="other:9090"}': growing,
      'alertmanager_notifications_failed_total{job="alertmanager", integration="webhook"}': growing,
      'alertmanager_notifications_failed_total{job="alertmanager", integration="slack", receiver_name="team"}':
        growing,
      'up{job="prometheus", instance="p:1"}': '0x100',
      'up{job="alertmanager", instance="a:1"}': '0x100',
      'up{job="node", instance="n:1"}': '0x100',
      'up{job="quiet", instance="q:1"}': '1x100',
      'up{instance="without a job"}': '1x100',
    }
    const nothing = [{ at: '20m', values: { 'count(ALERTS)': [] } }]
    expect(await ruleTest(rules, series, nothing)).toBe('')
    expect(await ruleTest(rulesOf(defineConfig()), series, nothing)).toBe('')
  })

  test('and raises MnemoscopeMeasurementsRefused for each KPI and reason, until an hour after the last refusal', async () => {
    const refused = (kpi: string, reason: string, instance = 'm:1') =>
      `mnemoscope_refused_measurements_total{job="memory", instance="${instance}", kpi="${kpi}", reason="${reason}"}`
    const alert = 'ALERTS{alertname="MnemoscopeMeasurementsRefused", alertstate="firing"}'
    const fired = (kpi: string, reason: string) =>
      [
        `ALERTS{alertname="MnemoscopeMeasurementsRefused", alertstate="firing", job="memory", measurement="${kpi}", ` +
          `reason="${reason}", severity="warning"}`,
        1,
      ] as const
    // Two each in two processes; and one every ten minutes, which is not a single mistake either.
    const series = {
      [refused('f1_score', 'out_of_range')]: '0x40 2x400',
      [refused('f1_score', 'out_of_range', 'm:2')]: '0x40 2x400',
      // All in one process that lives two and a half minutes, before its first scrape.
      [refused('token_usage', 'not_finite', 'm:3')]: '_x40 4x10',
      'process_uptime_seconds{job="memory", instance="m:3"}': '_x40 5+15x10',
      // The same number in a process that is old when Prometheus meets it: not of this hour.
      [refused('token_usage', 'out_of_range', 'm:4')]: '_x40 4x100',
      'process_uptime_seconds{job="memory", instance="m:4"}': '_x40 90000+15x100',
      [refused('latency', 'not_a_number')]: '0x39 1x39 2x39 3x39 4x39 5x39 6x39 7x39 8x39 9x200',
    }
    const result = await ruleTest(rules, series, [
      { at: '9m30s', values: { [alert]: [] } },
      {
        at: '11m',
        values: { [alert]: [fired('f1_score', 'out_of_range'), fired('token_usage', 'not_finite')] },
      },
      {
        at: '65m',
        values: {
          [alert]: [
            fired('f1_score', 'out_of_range'),
            fired('latency', 'not_a_number'),
            fired('token_usage', 'not_finite'),
          ],
        },
      },
      { at: '75m', values: { [alert]: [fired('latency', 'not_a_number')] } },
    ])
    expect(result).toBe('')
  })

  test('and raises MnemoscopeCountedTwice for a process that is scraped and pushes, under one name or two', async () => {
    const series = {
      ...process('memory', 'm:1', 1_795_977_424.8095157),
      ...process('memory', '1f0c', 1_795_977_424.8095157),
      ...process('memory', 'm:2', 1_795_977_500.25),
      ...process('search', 's:1', 1_795_977_600.125),
      ...process('search-pushed', '2a0d', 1_795_977_600.125),
    }
    const fired = (job: string) =>
      [
        `ALERTS{alertname="MnemoscopeCountedTwice", alertstate="firing", job="${job}", severity="warning"}`,
        1,
      ] as const
    const result = await ruleTest(rules, series, [
      { at: '4m', values: { 'ALERTS{alertstate="firing"}': [] } },
      {
        at: '6m',
        values: { 'ALERTS{alertstate="firing"}': ['memory', 'search', 'search-pushed'].map(fired) },
      },
    ])
    expect(result).toBe('')
  })

  test('and raises MnemoscopeProcessesMixed for scrapes that reach several processes, not for restarts', async () => {
    const starts = (job: string, values: string) => ({
      [`process_start_time_seconds{job="${job}",instance="m:1"}`]: values,
      [`mnemoscope_cardinality_overflows_total{job="${job}",instance="m:1"}`]: '0x40',
    })
    const series = {
      ...starts('balanced', '100 200 100 300 200 300 100 100 200 100 300 100 200 200 100'),
      ...starts('restarting', '100 200 300 400 500 600 700 800 900 1000 1100 1200 1300 1400 1500'),
    }
    const fired =
      'ALERTS{alertname="MnemoscopeProcessesMixed", alertstate="firing", instance="m:1", job="balanced", severity="warning"}'
    const result = await ruleTest(
      rules,
      series,
      [
        { at: '1m', values: { 'ALERTS{alertstate="firing",alertname="MnemoscopeProcessesMixed"}': [] } },
        {
          at: '10m',
          values: { 'ALERTS{alertstate="firing",alertname="MnemoscopeProcessesMixed"}': [[fired, 1]] },
        },
      ],
      { scrape: '1m' },
    )
    expect(result).toBe('')
  })

  test('and does not take one failed scrape for a target that is down, however rare scrapes are', async () => {
    const rare = rulesOf(defineConfig({ services, scrapeInterval: '2m', alertCheckInterval: '2m' }))
    const series = {
      // 15 s apart: a sample stands until the next scrape.
      'up{job="memory", instance="m:1"}': '1x39 0x7 1x80',
      'mnemoscope_latency_seconds_count{job="memory", instance="m:1", model="m"}': '0x130',
      'up{job="memory", instance="m:2"}': '1x39 0x80',
    }
    const down = 'count(ALERTS{alertname="MnemoscopeTargetDown", alertstate="firing"})'
    const result = await ruleTest(rare, series, [
      { at: '12m', values: { [down]: [] } },
      { at: '16m', values: { [down]: [['{}', 1]] } },
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
    expect(await ruleTest(rules, series, expectations)).toBe('')
  })

  test('and does not take what Prometheus drops in the seconds after a reload for a failure', async () => {
    const series = {
      [`prometheus_rule_group_rules{job="prometheus", instance="p:1", ${ownGroup}}`]: '3x120',
      'prometheus_notifications_dropped_total{job="prometheus", instance="p:1"}': '0x40 3x80',
      'prometheus_config_last_reload_success_timestamp_seconds{job="prometheus", instance="p:1"}':
        '0x39 600x80',
    }
    const expectations = ['11m', '14m', '18m'].map((at) => ({ at, values: { 'count(ALERTS)': [] } }))
    expect(await ruleTest(rules, series, expectations)).toBe('')
  })

  test('and announces a changed configuration for ten minutes, but not a first one', async () => {
    const before = 'mnemoscope_config_info{sha256="an earlier one"}'
    const changed = 'count(ALERTS{alertname="MnemoscopeConfigChanged", severity="info"})'
    const expectations = (told: boolean) => [
      { at: '15m', values: { [changed]: told ? [['{}', 1] as const] : [] } },
      { at: '30m', values: { [changed]: [] } },
    ]
    const unchanged = { 'up{job="memory", instance="m:1"}': '1x200' }
    // The rules of this configuration run from the beginning here, so the earlier one has to lie before it.
    expect(await ruleTest(rules, unchanged, expectations(false))).toBe('')
    const later = editRules(rules, (rule) =>
      rule.expr === 'vector(1)' ? { ...rule, expr: 'vector(1) and on () changed' } : rule,
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
  const summaries = [...rules.values()]
    .flat()
    .flatMap((group) => group.rules)
    .flatMap((rule) => ('alert' in rule ? [rule.annotations.summary as string] : []))
  expect(summaries.length).toBeGreaterThan(20)
  expect(summaries.filter((summary) => summary.includes('$value'))).toEqual([])
})
