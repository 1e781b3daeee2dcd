import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { additionsOfPage, alertmanagerOfPage, prometheusOfPage } from './page.js'
import type { AlertmanagerConfig, PrometheusConfig, Stranger } from './stranger.js'

/** A mistake that somebody makes with the page, and the code by which doctor names it. */
export interface Mistake {
  readonly code: string
  plant(stranger: Stranger): Promise<unknown>
}

type Jobs = PrometheusConfig['scrape_configs']

const withPrometheus = (code: string, change: (config: PrometheusConfig) => object): Mistake => ({
  code,
  plant: (stranger) =>
    stranger.use('prometheus', { ...prometheusOfPage(stranger), ...change(prometheusOfPage(stranger)) }),
})

const withJob = (code: string, name: string, change: (job: Jobs[number]) => object | undefined): Mistake =>
  withPrometheus(code, ({ scrape_configs }) => ({
    scrape_configs: scrape_configs.flatMap((job) => {
      const changed = job.job_name === name ? change(job) : job
      return changed === undefined ? [] : [changed]
    }),
  }))

const withAlertmanager = (
  code: string,
  change: (config: AlertmanagerConfig, stranger: Stranger) => object,
): Mistake => ({
  code,
  plant: (stranger) =>
    stranger.use('alertmanager', {
      ...alertmanagerOfPage(stranger),
      ...change(alertmanagerOfPage(stranger), stranger),
    }),
})

const withHook = (code: string, hook: object): Mistake =>
  withAlertmanager(code, ({ receivers }) => ({
    receivers: receivers.map((receiver) =>
      receiver.name === 'mnemoscope-recorder'
        ? {
            ...receiver,
            webhook_configs: (receiver.webhook_configs as object[]).map((each) => ({ ...each, ...hook })),
          }
        : receiver,
    ),
  }))

/** Where nobody listens. */
const nowhere = 'http://127.0.0.1:9'

export const wrongAddress: Mistake = withHook('webhook_not_arriving', {
  url: `${nowhere}/api/webhook/alertmanager`,
})

/** Mistakes that doctor sees at once. */
export const mistakes: readonly Mistake[] = [
  withJob('job_name', 'memory-api', (job) => ({ ...job, job_name: 'memory' })),
  withJob('service_not_scraped', 'memory-api', () => undefined),
  withJob('scrape_interval', 'memory-api', (job) => ({ ...job, scrape_interval: '5s' })),
  withJob('target_down', 'memory-api', (job) => ({
    ...job,
    static_configs: [{ targets: ['127.0.0.1:9'] }],
  })),
  withJob('recorder_not_scraped', 'mnemoscope-recorder', () => undefined),
  withPrometheus('rules_missing', () => ({ rule_files: ['his-rules.yml'] })),
  {
    code: 'rules_of_another_configuration',
    plant: (stranger) =>
      withOtherRules(stranger, (text) =>
        text.replaceAll(/sha256(:|=\\?")( ?)[0-9a-f]{64}/g, `sha256$1$2${'0'.repeat(64)}`),
      ),
  },
  {
    code: 'evaluation_interval',
    plant: (stranger) => withOtherRules(stranger, (text) => text.replaceAll('interval: 1s', 'interval: 7s')),
  },
  withPrometheus('alertmanager_not_connected', () => ({ alerting: undefined })),
  withPrometheus('external_label_taken', ({ global }) => ({
    global: { ...global, external_labels: { model: 'eu' } },
  })),
  withAlertmanager('route_missing', ({ route }, stranger) => ({
    route: {
      ...route,
      routes: [
        { matchers: ['severity="critical"'], receiver: 'pager' },
        ...additionsOfPage(stranger).route.routes,
      ],
    },
  })),
  withAlertmanager('route_without_matcher', ({ route }) => ({
    route: {
      ...route,
      routes: route.routes.map((each) =>
        'continue' in each && (each as { receiver?: string }).receiver === 'mnemoscope-recorder'
          ? { ...each, matchers: [] }
          : each,
      ),
    },
  })),
  withAlertmanager('steering_alert', ({ route }) => ({
    route: {
      ...route,
      routes: [{ matchers: ['severity="none"'], receiver: 'default', continue: true }, ...route.routes],
    },
  })),
  withAlertmanager('receiver_missing', (_, { own }) => own.alertmanager),
  withAlertmanager('inhibit_rule', ({ inhibit_rules }) => ({
    inhibit_rules: [
      ...inhibit_rules,
      { source_matchers: ['severity="critical"'], target_matchers: ['severity="warning"'], equal: ['job'] },
    ],
  })),
  withHook('send_resolved', { send_resolved: false }),
]

/** Lets Prometheus read a copy of the rules with an edit. */
async function withOtherRules(stranger: Stranger, edit: (text: string) => string): Promise<void> {
  const from = join(stranger.folder, 'monitoring/prometheus/rules')
  const other = `edited-${Date.now()}`
  mkdirSync(join(stranger.folder, other, 'prometheus/rules'), { recursive: true })
  for (const file of readdirSync(from)) {
    writeFileSync(
      join(stranger.folder, other, 'prometheus/rules', file),
      edit(readFileSync(join(from, file), 'utf8')),
    )
  }
  await stranger.use('prometheus', prometheusOfPage(stranger, other))
}
