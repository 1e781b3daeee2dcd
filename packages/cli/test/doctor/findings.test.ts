import { describe, expect, test } from '@jest/globals'
import { type ConfigInput, defineConfig } from '@mnemoscope/kpi'
import type { Facts } from '../../src/doctor/facts.js'
import { findingsOf } from '../../src/doctor/findings.js'
import type { Route } from '../../src/doctor/routing.js'
import { alikeOf, type SourceAnswer, sourceQuestions } from '../../src/doctor/sources.js'
import { findingsText } from '../../src/doctor/text.js'
import { withoutColours } from '../../src/terminal.js'
import {
  additions,
  arriving,
  expected,
  facts,
  firing,
  groups,
  hooked,
  now,
  ownAlertmanager,
  routed,
  routes,
  targets,
  well,
  without,
} from './facts.js'

const { prometheus, alertmanager } = well
const his: Route = { matchers: ['severity="critical"'], receiver: 'pager' }
const ours: Route[] = additions.route.routes
const found = (given: Facts) => findingsOf(given, expected, now)

describe('doctor finds nothing wrong', () => {
  test.each<[string, Facts]>([
    ['at servers that are as they should be', facts({})],
    ['at an Alertmanager of our own', routed(ownAlertmanager)],
    [
      'where all other alerts reach the same receiver as one of ours',
      routes(...ours.slice(0, 2), { ...ours[2], receiver: 'team' } as Route, his),
    ],
    [
      'where a route of somebody else comes first and lets all go on',
      routes({ ...his, continue: true }, ...ours),
    ],
    ['where Alertmanager hides addresses', hooked({ url: '<secret>' })],
    [
      'where several recorders share an address by the name of their cluster',
      hooked({ url: 'http://127.0.0.1:9470/api/webhook/alertmanager?cluster=eu' }),
    ],
    [
      'where Alertmanager shows empty lists',
      routed({
        receivers: alertmanager.config.receivers.map((each) => ({
          slack_configs: [],
          email_configs: null,
          ...each,
        })),
      }),
    ],
    ['where an alert is too new to have arrived', arriving([firing(5)], {})],
    ['where an alert has arrived', arriving([firing(300)], {})],
    ['where an alert is older than the recorder', arriving([firing(7_200)], { lastWebhookAt: undefined })],
    [
      'where Alertmanager has another name for Prometheus, and our alert',
      facts({
        prometheus: { alertmanagers: ['http://am:9093/api/v2/alerts'], firing: [firing(60)] },
        alertmanager: { active: [firing(60)] },
      }),
    ],
    [
      'where Prometheus says no version, targets of one interval and no Alertmanagers, as other engines',
      facts({ prometheus: { version: undefined, alertmanagers: undefined } }),
    ],
    ['where clocks differ by a moment', facts({ prometheus: { aheadSeconds: -4 } })],
  ])('%s', (_, given) => {
    expect(found(given).filter(({ isWrong }) => isWrong)).toEqual([])
  })
})

describe('doctor names', () => {
  test.each<[code: string, text: string, Facts]>([
    [
      'unreachable',
      'Prometheus gives no usable answer at http://p:1: refused.',
      { ...well, prometheus: { url: 'http://p:1', reason: 'refused' } },
    ],
    [
      'unreachable',
      'Alertmanager gives no usable answer at http://a:1: refused.',
      { ...well, alertmanager: { url: 'http://a:1', reason: 'refused' } },
    ],
    [
      'unreachable',
      'The recorder gives no usable answer at http://r:1: refused.',
      { ...well, recorder: { url: 'http://r:1', reason: 'refused' } },
    ],
    [
      'version',
      'Prometheus is 2.30.3, but the files need 2.42 or later.',
      facts({ prometheus: { version: '2.30.3' } }),
    ],
    [
      'version',
      'Alertmanager is 0.23.0, but the files need 0.25 or later.',
      facts({ alertmanager: { version: '0.23.0' } }),
    ],
    [
      'clock',
      "The clock of Prometheus is 90 s ahead of this machine's.",
      facts({ prometheus: { aheadSeconds: 90 } }),
    ],
    [
      'clock',
      "The clock of the recorder is 7 s behind this machine's.",
      facts({ recorder: { aheadSeconds: -7 } }),
    ],
    ['service_not_scraped', 'Prometheus has no target of the job memory-api.', without('memory-api')],
    [
      'recorder_not_scraped',
      'Prometheus has no target of the job mnemoscope-recorder.',
      without('mnemoscope-recorder'),
    ],
    [
      'job_name',
      'Prometheus scrapes 10.0.0.5:9464 as the job memory, not memory-api.',
      targets(({ job }) => (job === 'memory-api' ? { job: 'memory' } : {})),
    ],
    [
      'target_down',
      '1 of 2 targets of indexer do not answer: 10.0.0.7:9464: connection refused.',
      targets(({ address }) =>
        address === '10.0.0.7:9464' ? { isUp: false, error: 'connection refused' } : {},
      ),
    ],
    [
      'scrape_interval',
      'Prometheus scrapes memory-api every 60 s, but scrapeInterval is 15 s.',
      targets(({ job }) => (job === 'memory-api' ? { interval: 60 } : {})),
    ],
    [
      'rules_missing',
      'Prometheus has none of the rule groups mnemoscope_...',
      facts({ prometheus: { groups: prometheus.groups.slice(0, 1), ruleHashes: [] } }),
    ],
    [
      'rules_of_another_configuration',
      `The rules in Prometheus are of configuration 0123456789ab, not of this one, ${expected.configHash.slice(0, 12)}.`,
      facts({ prometheus: { ruleHashes: ['0123456789abcdef'] } }),
    ],
    [
      'rules_twice',
      `Prometheus has the rules of 2 configurations: 0123456789ab, ${expected.configHash.slice(0, 12)}.`,
      facts({ prometheus: { ruleHashes: ['0123456789abcdef', expected.configHash] } }),
    ],
    [
      'groups_missing',
      'Prometheus lacks the rule groups mnemoscope_latency.',
      facts({
        prometheus: { groups: prometheus.groups.filter(({ name }) => name !== 'mnemoscope_latency') },
      }),
    ],
    [
      'evaluation_interval',
      'Prometheus evaluates mnemoscope_latency every 300 s, but the configuration says 30 s.',
      groups((name) => (name === 'mnemoscope_latency' ? { interval: 300 } : {})),
    ],
    [
      'rules_failing',
      '1 rules fail, such as MnemoscopeEased in mnemoscope_latency: many-to-many',
      groups((name) =>
        name === 'mnemoscope_latency'
          ? { failures: [{ rule: 'MnemoscopeEased', error: 'many-to-many' }] }
          : {},
      ),
    ],
    [
      'alertmanager_not_connected',
      'Prometheus sends its alerts to no Alertmanager.',
      facts({ prometheus: { alertmanagers: [] } }),
    ],
    [
      'other_alertmanager',
      'Prometheus sends its alerts to am.example:443, not to 127.0.0.1:9093.',
      facts({ prometheus: { alertmanagers: ['https://am.example/api/v2/alerts'] } }),
    ],
    [
      'receiver_missing',
      'No receiver of Alertmanager calls the recorder.',
      routed({
        route: { receiver: 'team' },
        receivers: alertmanager.config.receivers.slice(0, 2),
        inhibit_rules: [],
      }),
    ],
    [
      'route_missing',
      'MnemoscopeF1ScoreCritical does not reach the recorder: its routes lead to pager.',
      routes(his, ...ours),
    ],
    [
      'route_without_matcher',
      'Alerts of other people go to the recorder, too. It stores nothing of them, and those that no other route matches no longer reach your default receiver.',
      routes(ours[0] as Route, { receiver: 'mnemoscope-recorder', continue: true }, ours[2] as Route),
    ],
    [
      'steering_alert',
      'MnemoscopeEased, which only steers messages, reaches team.',
      routes({ ...ours[1], continue: true } as Route, { matchers: ['severity="none"'], receiver: 'team' }),
    ],
    [
      'inhibit_rule',
      'By an inhibit rule ({"source_matchers":["severity=\\"critical\\""],"target_matchers":["severity=~\\"warning|info\\""],"equal":["job"]}) an alert of Mnemoscope mutes alerts of other people.',
      routed({
        inhibit_rules: [
          {
            source_matchers: ['severity="critical"'],
            target_matchers: ['severity=~"warning|info"'],
            equal: ['job'],
          },
        ],
      }),
    ],
    [
      'webhook_address',
      'The receiver mnemoscope-recorder calls http://10.0.0.9:9470/api/webhook/alertmanager, but endpoints.recorder makes it http://127.0.0.1:9470/api/webhook/alertmanager.',
      hooked({ url: 'http://10.0.0.9:9470/api/webhook/alertmanager' }),
    ],
    [
      'send_resolved',
      'The receiver mnemoscope-recorder does not send when an alert ends.',
      hooked({ send_resolved: false }),
    ],
    [
      'webhook_not_arriving',
      'Alertmanager has MnemoscopeLatencyError since 2026-11-29T11:58:20.000Z, but the recorder has no notification of it; its newest one: none.',
      arriving([firing(100)], { lastWebhookAt: undefined }),
    ],
    [
      'webhook_not_arriving',
      'Alertmanager has MnemoscopeLatencyError since 2026-11-29T11:58:20.000Z, but the recorder has no notification of it; its newest one: 2026-11-29T11:58:00.000Z.',
      arriving([firing(100)], { lastWebhookAt: now - 120_000 }),
    ],
    [
      'recorder_not_ready',
      'The recorder is not ready: Postgres: connection refused.',
      facts({ recorder: { problems: ['Postgres: connection refused'] } }),
    ],
    [
      'recorder_of_another_configuration',
      `The recorder has configuration 0123456789ab, not this one, ${expected.configHash.slice(0, 12)}.`,
      facts({ recorder: { configHash: '0123456789abcdef' } }),
    ],
    [
      'external_label_taken',
      "external_labels of Prometheus has model, which is a label of Mnemoscope's own series.",
      facts({ prometheus: { externalLabels: { model: 'a' } } }),
    ],
    [
      'alert_of_another_prometheus',
      'Alertmanager has MnemoscopeLatencyError with other external labels than this Prometheus: it comes from another one.',
      arriving([firing(300, { region: 'us' })], {}),
    ],
  ])('%s: %s', (code, text, given) => {
    const mistakes = found(given).filter(({ isWrong }) => isWrong)
    expect(mistakes.map((each) => [each.code, each.text])).toEqual([[code, text]])
    expect(mistakes[0]?.fix).toMatch(/^[A-Z].+[.]$/)
  })
})

test('what cannot be known is said, and is no mistake', () => {
  const given = facts({
    prometheus: { version: undefined },
    recorder: { lastWebhookAt: undefined, configHash: undefined },
  })
  expect(found(given).map(({ code, isWrong }) => [code, isWrong])).toEqual([
    ['version_unknown', false],
    ['webhook_unknown', false],
    ['recorder_configuration_unknown', false],
  ])
})

test('nothing is called well while a server is silent', () => {
  const text = findingsText(found({ ...well, prometheus: { url: 'http://p:1', reason: 'refused' } }))
  expect(withoutColours(text)).toMatch(/\nWhat only these servers could say is not known\.\n1 to fix;/)
  expect(text).not.toContain('All is well')
})

test('mistakes come in the order in which they are fixed, with what is well', () => {
  const given = facts({
    prometheus: { ruleHashes: ['0123456789abcdef'], externalLabels: { kpi: 'x' }, aheadSeconds: 60 },
    recorder: { lastWebhookAt: undefined },
  })
  const text = withoutColours(findingsText(found(given)))
  expect(text.split('\n').filter((line) => !line.startsWith('   Fix: '))).toEqual([
    "1. clocks: The clock of Prometheus is 60 s ahead of this machine's.",
    expect.stringMatching(/^2\. rules: The rules in Prometheus are of configuration/),
    expect.stringMatching(/^3\. labels: external_labels/),
    expect.stringMatching(/^webhook: No notification has arrived/),
    'All is well with servers, versions, scrapes, sources, alertmanager, routes, recorder.',
    '3 to fix; the first one may explain others.',
    '',
  ])
  expect(withoutColours(findingsText(found(facts({}))))).toMatch(/\nNothing is wrong\.\n$/)
})

describe('doctor compares sources with what Prometheus has', () => {
  const boundaries = [1, 5, 10, 20]
  const latency = (source: object = {}): ConfigInput => ({
    kpis: { latency: { source: { metric: 'op_seconds', boundaries, ...source } } },
  })
  const answer: SourceAnswer = {
    series: 8,
    selected: 8,
    types: ['histogram'],
    isNative: false,
    labels: ['__name__', 'job', 'instance', 'llm', 'size'],
    values: {},
    boundaries,
    alike: [],
  }
  const findingsIn = (input: ConfigInput, given: Partial<SourceAnswer>) => {
    const sources = sourceQuestions(defineConfig(input)).map((question) => ({
      question,
      answer: { ...answer, ...given },
    }))
    return found(facts({ prometheus: { sources } })).filter(({ subject }) => subject === 'sources')
  }

  test.each<[string, ConfigInput, Partial<SourceAnswer>]>([
    [
      'are as they should be',
      latency({ labels: { model: 'llm', contextSize: 'size' } }),
      { values: { size: ['8192', '+Inf'] } },
    ],
    ['do not say their type', latency(), { types: ['unknown'] }],
    ['have a value for all series in place of a label', latency({ labels: { model: { value: 'all' } } }), {}],
    [
      'are an expression with a value',
      { kpis: { memory_usage: { source: { promql: 'sum(rss)' } } } },
      { types: [] },
    ],
  ])('and says nothing where they %s', (_, input, given) => expect(findingsIn(input, given)).toEqual([]))

  test.each<[code: string, text: string, fix: RegExp, ConfigInput, Partial<SourceAnswer>]>([
    [
      'source_missing',
      'Prometheus has no series op_seconds_count of kpis.latency.source.metric. It has operation_seconds.',
      /^Correct the name/,
      latency(),
      { series: 0, selected: 0, alike: ['operation_seconds'] },
    ],
    [
      'source_native_histogram',
      'op_seconds of kpis.latency.source.metric is stored as a native histogram only, without classic buckets.',
      /always_scrape_classic_histograms/,
      latency(),
      { series: 0, selected: 0, isNative: true },
    ],
    [
      'source_conditions',
      'No series op_seconds_count meets where of kpis.latency.source.metric. It has kind: "read", "write".',
      /^Write values/,
      latency({ where: { kind: 'search' } }),
      { selected: 0, values: { kind: ['read', 'write'] } },
    ],
    [
      'source_type',
      'op_seconds of kpis.latency.source.metric is a gauge, but latency is a histogram.',
      /^Name a histogram/,
      latency(),
      { types: ['gauge'] },
    ],
    [
      'source_label',
      'op_seconds_count has no label llm_name of kpis.latency.source.labels.model. It has instance, job, llm, size.',
      /^Name a label that it has/,
      latency({ labels: { model: 'llm_name' } }),
      {},
    ],
    [
      'source_boundaries',
      'op_seconds has the boundaries 1, 5, 10, 30, but kpis.latency.source.boundaries is 1, 5, 10, 20. The thresholds 20 are not among them, so operations beyond these are not known.',
      /^Set boundaries: \[1, 5, 10, 30\] in the source, and thresholds/,
      latency(),
      { boundaries: [1, 5, 10, 30] },
    ],
    [
      'source_boundaries',
      'op_seconds has the boundaries 0.1, 1, 5, 10, 20, but kpis.latency.source.boundaries is 1, 5, 10, 20.',
      /^Set boundaries: \[0\.1, 1, 5, 10, 20\] in the source;/,
      latency(),
      { boundaries: [0.1, 1, 5, 10, 20] },
    ],
    [
      'source_context_size',
      'size of op_seconds_count has the values 128k, which are no context sizes of the configuration.',
      /^Add them to contextSizes/,
      latency({ labels: { contextSize: 'size' } }),
      { values: { size: ['128k', '8192'] } },
    ],
    [
      'source_query',
      'Prometheus cannot evaluate kpis.memory_usage.source.promql: parse error.',
      /^Correct it/,
      { kpis: { memory_usage: { source: { promql: 'sum(' } } } },
      { error: 'parse error' },
    ],
    [
      'source_missing',
      'kpis.memory_usage.source.promql has no value now.',
      /^Try it/,
      { kpis: { memory_usage: { source: { promql: 'sum(rss)' } } } },
      { series: 0, selected: 0 },
    ],
  ])('%s: %s', (code, text, fix, input, given) => {
    expect(findingsIn(input, given)).toMatchObject([{ code, text, isWrong: true }])
    expect(findingsIn(input, given)[0]?.fix).toMatch(fix)
  })

  test('and asks for both counters of a ratio, each with its conditions', () => {
    const source = {
      counted: { metric: 'a_total', where: { ok: ['1', 'y.s'] } },
      others: { metric: 'b_total', where: { ok: { not: '' } } },
    }
    const questions = sourceQuestions(defineConfig({ kpis: { adaptation_success_rate: { source } } }))
    expect(questions.map(({ setting, selected }) => `${setting}: ${selected}`)).toEqual([
      'kpis.adaptation_success_rate.source.counted.metric: a_total{ok=~"1|y\\\\.s"}',
      'kpis.adaptation_success_rate.source.others.metric: b_total{ok!~""}',
    ])
  })

  test('and names metrics that have most words of a missing one', () => {
    const known = [
      'up',
      'gen_ai_client_operation_duration_bucket',
      'gen_ai_client_operation_duration_count',
      'mnemoscope_latency_seconds_count',
      'gen_ai_client_token_usage_sum',
    ]
    expect(alikeOf('gen_ai_client_operation_duration_seconds', known)).toEqual([
      'gen_ai_client_operation_duration',
      'gen_ai_client_token_usage',
    ])
  })
})
