import { names } from '@mnemoscope/kpi'
import type { Expected } from './expected.js'
import type { AlertmanagerFacts, PrometheusFacts } from './facts.js'
import { type Finding, some, wrong } from './finding.js'
import { type AlertmanagerConfig, isSource, isTarget, type Receiver, receiversOf } from './routing.js'

/** Our alerts as they come to Alertmanager: the worst of a service, and one of the pipeline. */
function ownSamples({ services }: Expected): Record<string, string>[] {
  const job = services[0]?.name ?? 'memory'
  return [
    {
      alertname: 'MnemoscopeF1ScoreCritical',
      severity: 'critical',
      kpi: 'f1_score',
      job,
      model: 'any',
      context_size: '8192',
      operation: 'search',
    },
    {
      alertname: 'MnemoscopeLatencyWarning',
      severity: 'warning',
      kpi: 'latency',
      job,
      model: 'any',
      context_size: '8192',
      operation: 'search',
    },
    { alertname: 'MnemoscopeConfigChanged', severity: 'info' },
  ]
}

/** Alerts of somebody else, also one of a service that we watch. */
function foreignSamples({ services }: Expected): Record<string, string>[] {
  return ['another-job', services[0]?.name ?? 'memory'].flatMap((job) =>
    ['critical', 'warning', 'info'].map((severity) => ({ alertname: 'AlertOfSomebodyElse', severity, job })),
  )
}

const path = '/api/webhook/alertmanager'

/** Whether a receiver calls a recorder. Alertmanager may hide addresses: then its name tells. */
function callsRecorder({ name, webhook_configs }: Receiver): boolean {
  const urls = (webhook_configs ?? []).map(({ url = '' }) => url)
  return urls.some((url) => url.includes(path)) || (name === names.recorderReceiver && urls.length > 0)
}

const fromAdditions = 'of alertmanager/additions.yml (`npx mnemoscope generate --into-existing --out FOLDER`)'

/** Whether our alerts reach the recorder, all of them and no others. */
export function routeFindings({ config }: Pick<AlertmanagerFacts, 'config'>, expected: Expected): Finding[] {
  const recorders = config.receivers.filter(callsRecorder)
  if (recorders.length === 0) {
    return [
      wrong('routes', {
        code: 'receiver_missing',
        text: 'No receiver of Alertmanager calls the recorder.',
        fix: `Add the receivers and routes ${fromAdditions}, and reload Alertmanager.`,
      }),
    ]
  }
  const isRecorder = (name: string) => recorders.some((receiver) => receiver.name === name)
  return [
    ...notReached(config, expected, isRecorder),
    ...reachedByForeign(config, expected, isRecorder),
    ...steering(
      config,
      recorders.map(({ name }) => name),
    ),
    ...muting(config, expected),
    ...ofReceivers(recorders, expected),
  ]
}

function notReached(
  config: AlertmanagerConfig,
  expected: Expected,
  isRecorder: (name: string) => boolean,
): Finding[] {
  const lost = ownSamples(expected).find((labels) => !receiversOf(config.route, labels).some(isRecorder))
  if (lost === undefined) return []
  const taken = some(receiversOf(config.route, lost))
  return [
    wrong('routes', {
      code: 'route_missing',
      text: `${lost.alertname} does not reach the recorder: its routes lead to ${taken}.`,
      fix: `Put the routes ${fromAdditions} in front of all others, and reload Alertmanager.`,
    }),
  ]
}

function reachedByForeign(
  config: AlertmanagerConfig,
  expected: Expected,
  isRecorder: (name: string) => boolean,
): Finding[] {
  const reaches = foreignSamples(expected).some((labels) =>
    receiversOf(config.route, labels).some(isRecorder),
  )
  if (!reaches) return []
  return [
    wrong('routes', {
      code: 'route_without_matcher',
      text: 'Alerts of other people go to the recorder, too. It stores nothing of them, and those that no other route matches no longer reach your default receiver.',
      fix: `Give the route to the recorder the matcher alertname=~"${names.alertPattern}".`,
    }),
  ]
}

/** What only steers messages must reach no person. */
function steering(config: AlertmanagerConfig, recorders: readonly string[]): Finding[] {
  const silent = new Set(
    config.receivers
      .filter((receiver) =>
        Object.entries(receiver).every(([key, value]) => !key.endsWith('_configs') || !hasAny(value)),
      )
      .map(({ name }) => name),
  )
  const informed = receiversOf(config.route, { alertname: names.easedAlert, severity: 'none' }).filter(
    (name) => !silent.has(name) && !recorders.includes(name),
  )
  if (informed.length === 0) return []
  return [
    wrong('routes', {
      code: 'steering_alert',
      text: `${names.easedAlert}, which only steers messages, reaches ${some(informed)}.`,
      fix: `Put the first route ${fromAdditions} in front of all others.`,
    }),
  ]
}

/** Whether a list has anything. Alertmanager shows some lists that are empty. */
function hasAny(list: unknown): boolean {
  return Array.isArray(list) && list.length > 0
}

/** Inhibit rules of other people by which one of our alerts mutes one of theirs. */
function muting({ inhibit_rules }: AlertmanagerConfig, expected: Expected): Finding[] {
  const rule = (inhibit_rules ?? []).find((each) =>
    ownSamples(expected).some((source) =>
      foreignSamples(expected).some(
        (target) =>
          isSource(each, source) &&
          isTarget(each, target) &&
          (each.equal ?? []).every(
            (label) => (source[label] ?? '') === ((target as Record<string, string>)[label] ?? ''),
          ),
      ),
    ),
  )
  if (rule === undefined) return []
  return [
    wrong('routes', {
      code: 'inhibit_rule',
      text: `By an inhibit rule (${JSON.stringify(rule)}) an alert of Mnemoscope mutes alerts of other people.`,
      fix: `Add alertname!~"${names.alertPattern}" to its source_matchers, or alertname to equal.`,
    }),
  ]
}

function ofReceivers(recorders: readonly Receiver[], expected: Expected): Finding[] {
  const hooks = recorders.flatMap(({ name, webhook_configs }) =>
    (webhook_configs ?? []).map((hook) => ({ name, ...hook })),
  )
  const wanted = `${expected.recorder.replace(/\/+$/, '')}${path}`
  const other = hooks.find(({ url = '' }) => URL.canParse(url) && withoutQuery(url) !== wanted)
  const withoutEnds = hooks.find(({ send_resolved }) => send_resolved === false)
  return [
    ...(other === undefined
      ? []
      : [
          wrong('webhook', {
            code: 'webhook_address',
            text: `The receiver ${other.name} calls ${withoutQuery(other.url ?? '')}, but endpoints.recorder makes it ${wanted}.`,
            fix: `Correct the address in alertmanager.yml, or endpoints.recorder in the configuration.`,
          }),
        ]),
    ...(withoutEnds === undefined
      ? []
      : [
          wrong('webhook', {
            code: 'send_resolved',
            text: `The receiver ${withoutEnds.name} does not send when an alert ends.`,
            fix: 'Set send_resolved: true in its webhook_configs.',
          }),
        ]),
  ]
}

/** The address without what follows the path, where a cluster's name may stand, and without a password. */
function withoutQuery(address: string): string {
  const { origin, pathname } = new URL(address)
  return `${origin}${pathname.replace(/\/+$/, '')}`
}

/** Whether Prometheus sends its alerts to this Alertmanager. */
export function connectionFindings(
  {
    alertmanagers,
    firing,
    externalLabels,
  }: Pick<PrometheusFacts, 'alertmanagers' | 'firing' | 'externalLabels'>,
  { url, active }: Pick<AlertmanagerFacts, 'url' | 'active'>,
  { replicaLabels }: Pick<Expected, 'replicaLabels'>,
): Finding[] {
  if (alertmanagers === undefined) return []
  if (alertmanagers.length === 0) {
    return [
      wrong('alertmanager', {
        code: 'alertmanager_not_connected',
        text: 'Prometheus sends its alerts to no Alertmanager.',
        fix: 'Add this Alertmanager to alerting.alertmanagers in prometheus.yml, and reload Prometheus.',
      }),
    ]
  }
  const isSame = alertmanagers.some((address) => hostOf(address) === hostOf(url))
  // The same server can have another name there; an alert of ours that has arrived proves it.
  const hasArrived = firing.some(({ labels }) =>
    active.some((alert) => alert.labels.alertname === labels.alertname),
  )
  const foreign = active.find(({ labels }) =>
    Object.entries(externalLabels).some(
      ([name, value]) =>
        !replicaLabels.includes(name) && labels[name] !== undefined && labels[name] !== value,
    ),
  )
  return [
    ...(isSame || hasArrived
      ? []
      : [
          wrong('alertmanager', {
            code: 'other_alertmanager',
            text: `Prometheus sends its alerts to ${some(alertmanagers.map(hostOf))}, not to ${hostOf(url)}.`,
            fix: 'Correct alerting.alertmanagers in prometheus.yml, or endpoints.alertmanager in the configuration.',
          }),
        ]),
    ...(foreign === undefined
      ? []
      : [
          wrong('labels', {
            code: 'alert_of_another_prometheus',
            text: `Alertmanager has ${foreign.labels.alertname} with other external labels than this Prometheus: it comes from another one.`,
            fix: 'Is it a replica? Name the label that differs in replicas.labels, and its address in replicas.prometheus. Otherwise give each Prometheus with these rules a recorder of its own.',
          }),
        ]),
  ]
}

/** Host and port, with one name for this machine. */
function hostOf(address: string): string {
  const { hostname, port, protocol } = new URL(address)
  const host = ['localhost', '[::1]', '127.0.0.1'].includes(hostname) ? '127.0.0.1' : hostname
  return `${host}:${port === '' ? (protocol === 'https:' ? '443' : '80') : port}`
}
