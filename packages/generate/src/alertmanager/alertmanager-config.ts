import { type Config, names } from '@mnemoscope/kpi'
import { inhibitRules } from './inhibition.js'
import { receiverConfig, webhookConfig } from './receivers.js'
import { recorderReceiver, routes } from './routes.js'

/** Alertmanager asks for a receiver at the root; every alert is caught by the routes below it. */
const rootReceiver = 'nobody'

/** Content of alertmanager.yml. */
export function alertmanagerConfig(config: Config): object {
  const { receivers, muteTimes, recorderTokenFile } = config.alerting
  const intervals = Object.entries(muteTimes).map(([name, times]) => ({
    name,
    time_intervals: times.map(interval),
  }))
  const url = `${config.endpoints.recorder.replace(/\/+$/, '')}/api/webhook/alertmanager`
  return {
    route: {
      receiver: rootReceiver,
      group_by: [names.label.kpi, names.label.model, names.label.severity],
      routes: routes(config),
    },
    inhibit_rules: inhibitRules(),
    ...(intervals.length === 0 ? {} : { time_intervals: intervals }),
    receivers: [
      { name: rootReceiver },
      { name: recorderReceiver, webhook_configs: [webhookConfig({ url, tokenFile: recorderTokenFile })] },
      ...Object.entries(receivers).map(([name, receiver]) => receiverConfig(name, receiver)),
    ],
  }
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
