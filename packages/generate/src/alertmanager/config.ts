import { type Config, names, thresholdSeverities } from '@mnemoscope/kpi'
import { easedLabel } from '../alerts/eased.js'
import { endpoint, tlsConfig } from '../prometheus-config.js'
import { templatesGlob } from './messages/template-file.js'
import { receiverConfig, webhookConfig } from './receivers.js'
import { rootReceiver, routes } from './routes.js'
import { isAtLeast } from './version.js'

const { job, kpi } = names.label

/** Content of alertmanager.yml. */
export function alertmanagerConfig(config: Config): object {
  const { receivers, muteTimes } = config.alerting
  const intervals = Object.entries(muteTimes).map(([name, times]) => ({
    name,
    time_intervals: times.map(interval),
  }))
  return {
    route: {
      receiver: rootReceiver,
      group_by: [job, kpi],
      routes: routes(config),
    },
    inhibit_rules: inhibitRules(config),
    templates: [templatesGlob],
    ...eventRecorder(config),
    ...(intervals.length === 0 ? {} : { time_intervals: intervals }),
    receivers: [
      { name: rootReceiver },
      { name: names.recorderReceiver, webhook_configs: [recorderWebhook(config)] },
      ...Object.entries(receivers).map(([name, receiver]) => receiverConfig(name, receiver, config)),
    ],
  }
}

/** How Alertmanager informs the recorder. */
export function recorderWebhook({
  alerting,
  endpoints,
  caFile,
  recorderClientCertificate,
}: Pick<Config, 'alerting' | 'endpoints' | 'caFile' | 'recorderClientCertificate'>): object {
  const url = `${endpoints.recorder.replace(/\/+$/, '')}/api/webhook/alertmanager`
  return webhookConfig(
    { url, tokenFile: alerting.recorderTokenFile },
    tlsConfig(endpoint(url).scheme, caFile, recorderClientCertificate),
  )
}

/**
 * Alertmanager tells the recorder of each notification that was delivered, where it can: since 0.33, and only if it runs with
 * `--enable-feature=event-recorder`. Without that it reads this and does nothing.
 */
function eventRecorder(config: Config): object {
  if (!isAtLeast(config, 33)) return {}
  const { url, send_resolved: _, ...http } = recorderWebhook(config) as { url: string; send_resolved: true }
  // An output has a name since 0.35, and must have one then.
  const name = isAtLeast(config, 35) ? { name: names.recorderReceiver } : {}
  return { event_recorder: { webhook_outputs: [{ ...name, url: `${url}/events`, ...http }] } }
}

function interval({ times, weekdays, location }: Config['alerting']['muteTimes'][string][number]): object {
  return {
    ...(times === undefined
      ? {}
      : { times: times.map(({ start, end }) => ({ start_time: start, end_time: end })) }),
    ...(weekdays === undefined ? {} : { weekdays }),
    location,
  }
}

/**
 * The end of a level is held back while `easedRule` says so, at its place. Of thresholds only: other alerts of that level
 * end by themselves.
 */
export function inhibitRules({ kpis }: Config): object[] {
  return thresholdSeverities.toReversed().map((level) => {
    const alerts = Object.values(kpis).map((each) => names.alertName(each, level))
    return {
      source_matchers: [`alertname="${names.easedAlert}"`, `${easedLabel}="${level}"`],
      target_matchers: [`alertname=~"${alerts.join('|')}"`],
      equal: [kpi, ...names.seriesLabels],
    }
  })
}
