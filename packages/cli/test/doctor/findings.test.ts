import { describe, expect, test } from '@jest/globals'
import type { Facts } from '../../src/doctor/facts.js'
import { findingsOf } from '../../src/doctor/findings.js'
import type { Route } from '../../src/doctor/routing.js'
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
