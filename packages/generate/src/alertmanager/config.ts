import { type Config, compareSeverity, names, thresholdSeverities } from '@mnemoscope/kpi'
import { templatesGlob } from './messages/template-file.js'
import { receiverConfig, webhookConfig } from './receivers.js'
import { recorderReceiver, rootReceiver, routes } from './routes.js'

const { job, kpi, severity } = names.label

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
      group_by: [job, kpi],
      routes: routes(config),
    },
    inhibit_rules: inhibitRules(),
    templates: [templatesGlob],
    ...(intervals.length === 0 ? {} : { time_intervals: intervals }),
    receivers: [
      { name: rootReceiver },
      { name: recorderReceiver, webhook_configs: [webhookConfig({ url, tokenFile: recorderTokenFile })] },
      ...Object.entries(receivers).map(([name, receiver]) => receiverConfig(name, receiver, config)),
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

/**
 * At one place only the worst level of a KPI sends notifications: CRITICAL mutes ERROR and WARNING, ERROR mutes WARNING.
 * Only alerts with a KPI take part: two alerts that both lack a label would count as equal in it.
 */
export function inhibitRules(): object[] {
  return thresholdSeverities.toReversed().flatMap((source) => {
    const milder = thresholdSeverities.filter((level) => compareSeverity(level, source) < 0)
    if (milder.length === 0) return []
    return [
      {
        source_matchers: [`${severity}="${source}"`, `${kpi}=~".+"`],
        target_matchers: [`${severity}=~"${milder.join('|')}"`, `${kpi}=~".+"`],
        equal: [kpi, ...names.seriesLabels],
      },
    ]
  })
}
