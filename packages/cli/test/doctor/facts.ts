import { generate } from '@mnemoscope/generate'
import { type Config, defineConfig } from '@mnemoscope/kpi'
import { parse } from 'yaml'
import { expectedOf } from '../../src/doctor/expected.js'
import type {
  AlertmanagerFacts,
  Facts,
  PrometheusFacts,
  RecorderFacts,
  Target,
} from '../../src/doctor/facts.js'
import type { AlertmanagerConfig, Route } from '../../src/doctor/routing.js'

export const config: Config = defineConfig({
  services: [
    { name: 'memory-api', targets: ['10.0.0.5:9464'] },
    { name: 'indexer', targets: ['10.0.0.6:9464', '10.0.0.7:9464'] },
  ],
})
export const expected = expectedOf(config)

/** When these facts were collected. */
export const now = Date.UTC(2026, 10, 29, 12)

const files = generate(config, { servers: 'existing', parts: [], ruleTests: false })
export const additions = parse(files.get('alertmanager/additions.yml') ?? '')

const target = (job: string, address: string, interval = 15) => ({
  job,
  address,
  isUp: true,
  error: '',
  interval,
})

const prometheus: PrometheusFacts = {
  url: 'http://127.0.0.1:9090',
  aheadSeconds: 0,
  version: '3.16.0',
  targets: [
    target('node', '10.0.0.1:9100', 60),
    target('memory-api', '10.0.0.5:9464'),
    target('indexer', '10.0.0.6:9464'),
    target('indexer', '10.0.0.7:9464'),
    target('mnemoscope-recorder', '127.0.0.1:9470', 30),
  ],
  groups: [
    { name: 'node', interval: 60, failures: [{ rule: 'NodeDown', error: 'of somebody else' }] },
    ...[...expected.groups].map(([name, interval]) => ({ name, interval, failures: [] })),
  ],
  ruleHashes: [expected.configHash],
  alertmanagers: ['http://localhost:9093/api/v2/alerts'],
  externalLabels: { region: 'eu' },
  firing: [],
  sources: [],
}

/** An alertmanager.yml that is all ours. */
export const ownAlertmanager: AlertmanagerFacts['config'] = parse(
  generate(config).get('alertmanager/alertmanager.yml') ?? '',
)

/** An alertmanager.yml of somebody, with the additions of these facts. */
const alertmanager: AlertmanagerFacts = {
  url: 'http://127.0.0.1:9093',
  aheadSeconds: 0,
  version: '0.25.0+ds',
  config: {
    route: {
      receiver: 'team',
      routes: [...additions.route.routes, { matchers: ['severity="critical"'], receiver: 'pager' }],
    },
    inhibit_rules: [
      ...additions.inhibit_rules,
      {
        source_matchers: ['severity="critical"'],
        target_matchers: ['severity="warning"'],
        equal: ['alertname', 'job'],
      },
    ],
    receivers: [
      { name: 'team', webhook_configs: [{ url: 'https://chat.example/hook' }] },
      { name: 'pager' },
      ...additions.receivers,
    ],
  },
  active: [],
}

const recorder: RecorderFacts = {
  url: 'http://127.0.0.1:9470',
  aheadSeconds: 0,
  problems: [],
  startedAt: now - 3_600_000,
  lastWebhookAt: now - 60_000,
  configHash: expected.configHash,
}

/** Servers at which nothing is wrong, but what is given. */
export function facts(given: {
  readonly prometheus?: Partial<PrometheusFacts>
  readonly alertmanager?: Partial<AlertmanagerFacts>
  readonly recorder?: Partial<RecorderFacts>
}): Facts {
  return {
    prometheus: { ...prometheus, ...given.prometheus },
    alertmanager: { ...alertmanager, ...given.alertmanager },
    recorder: { ...recorder, ...given.recorder },
  }
}

export const well = { prometheus, alertmanager, recorder }

// Facts that differ from those of servers that are as they should be.

export const firing = (seconds: number, labels = {}) => ({
  labels: { alertname: 'MnemoscopeLatencyError', job: 'memory-api', ...labels },
  since: now - 1_000 * seconds,
})

export const targets = (change: (target: Target) => Partial<Target>) =>
  facts({ prometheus: { targets: prometheus.targets.map((each) => ({ ...each, ...change(each) })) } })
export const without = (job: string) =>
  facts({ prometheus: { targets: prometheus.targets.filter((each) => each.job !== job) } })
export const groups = (change: (name: string) => object) =>
  facts({ prometheus: { groups: prometheus.groups.map((each) => ({ ...each, ...change(each.name) })) } })
export const routed = (config: Partial<AlertmanagerConfig>): Facts =>
  facts({ alertmanager: { config: { ...alertmanager.config, ...config } } })
export const routes = (...given: Route[]) => routed({ route: { receiver: 'team', routes: given } })
export const hooked = (hook: object) =>
  routed({
    receivers: alertmanager.config.receivers.map((receiver) =>
      receiver.name === 'mnemoscope-recorder'
        ? {
            ...receiver,
            webhook_configs: receiver.webhook_configs?.map((each) => ({ ...each, ...hook })) ?? [],
          }
        : receiver,
    ),
  })
export const arriving = (active: AlertmanagerFacts['active'], given: Partial<typeof recorder>) =>
  facts({ alertmanager: { active }, prometheus: { firing: active }, recorder: given })
