import { type Config, compareSeverity, names, type Severity, thresholdSeverities } from '@mnemoscope/kpi'

const { job, model, operation, kpi, severity } = names.label

/** Alertmanager needs a receiver at the root; the routes below it catch every alert. */
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
      group_by: [kpi, model, operation, severity],
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

export const recorderReceiver = 'mnemoscope-recorder'

/** Every route in the order Alertmanager tries them; all but the watchdog's let an alert go on to the next. */
export function routes(config: Config): object[] {
  return [...watchdogRoute(config), recorderRoute(config), ...receiverRoutes(config)]
}

/** A heartbeat is no alert: only its own receiver gets it, at its own interval. */
function watchdogRoute({ alerting: { watchdog } }: Config): object[] {
  if (watchdog === undefined) return []
  return [
    {
      matchers: [`alertname="${names.watchdogAlert}"`],
      receiver: watchdog.receiver,
      group_wait: '0s',
      group_interval: watchdog.every,
      repeat_interval: watchdog.every,
    },
  ]
}

/**
 * The recorder's route comes before all people's. Ungrouped: in a shared group an escalation waits for the group's
 * interval and may be sent only when it is over.
 */
function recorderRoute({ alerting }: Config): object {
  return {
    receiver: recorderReceiver,
    group_by: ['...'],
    group_wait: alerting.groupWait,
    group_interval: alerting.groupInterval,
    repeat_interval: alerting.repeatInterval,
    continue: true,
  }
}

/** A route for each receiver and level, since each level has its own pace. */
function receiverRoutes({ alerting }: Config): object[] {
  return Object.entries(alerting.receivers).flatMap(([receiver, { severities, services, kpis, mute }]) =>
    severities.toSorted(worstFirst).map((level) => ({
      matchers: [
        `${severity}="${level}"`,
        ...(services === undefined ? [] : [`${job}=~"${services.map(escaped).join('|')}"`]),
        ...(kpis === undefined ? [] : [`${kpi}=~"${kpis.join('|')}"`]),
      ],
      receiver,
      // By severity too: an escalation is a group of its own and waits for no interval of the milder level.
      group_by: ['alertname', job, kpi, model, operation, severity],
      group_wait: alerting.groupWait,
      group_interval: alerting.cooldown[level]?.groupInterval ?? alerting.groupInterval,
      repeat_interval: alerting.cooldown[level]?.repeatInterval ?? alerting.repeatInterval,
      ...(mute.length === 0 ? {} : { mute_time_intervals: mute }),
      continue: true,
    })),
  )
}

const order: readonly Severity[] = ['critical', 'error', 'warning', 'info']

function worstFirst(a: Severity, b: Severity): number {
  return order.indexOf(a) - order.indexOf(b)
}

/** A service name within a regular expression: of its characters only the dot means something there. */
function escaped(name: string): string {
  return name.replaceAll('.', '\\\\.')
}

type Receiver = Config['alerting']['receivers'][string]

/** A receiver as Alertmanager configures it; every integration gets recoveries too. */
export function receiverConfig(name: string, receiver: Receiver): object {
  const { webhook, slack, email, pagerduty, other } = receiver
  return {
    name,
    ...(webhook === undefined ? {} : { webhook_configs: [webhookConfig(webhook)] }),
    ...(slack === undefined
      ? {}
      : {
          slack_configs: [
            {
              api_url_file: slack.apiUrlFile,
              channel: slack.channel,
              send_resolved: true,
              title: `{{ .CommonLabels.severity | toUpper }}: {{ .CommonAnnotations.summary }}`,
              text: perAlert,
            },
          ],
        }),
    ...(email === undefined ? {} : { email_configs: [emailConfig(email)] }),
    ...(pagerduty === undefined
      ? {}
      : {
          pagerduty_configs: [
            {
              routing_key_file: pagerduty.routingKeyFile,
              severity: '{{ .CommonLabels.severity }}',
              send_resolved: true,
            },
          ],
        }),
    ...other,
  }
}

/** What is wrong, and the two places to go, for each alert of a notification. */
const perAlert =
  '{{ range .Alerts }}{{ .Annotations.description }}\nRunbook: {{ .Annotations.runbook_url }}\n' +
  'Dashboard: {{ .Annotations.dashboard_url }}\n{{ end }}'

/** A webhook, with the bearer token that stands in a file where one is named. */
export function webhookConfig({ url, tokenFile }: NonNullable<Receiver['webhook']>): object {
  const authorization = { http_config: { authorization: { type: 'Bearer', credentials_file: tokenFile } } }
  return { url, send_resolved: true, ...(tokenFile === undefined ? {} : authorization) }
}

function emailConfig({
  to,
  from,
  smarthost,
  username,
  passwordFile,
}: NonNullable<Receiver['email']>): object {
  return {
    to,
    from,
    smarthost,
    send_resolved: true,
    ...(username === undefined ? {} : { auth_username: username }),
    ...(passwordFile === undefined ? {} : { auth_password_file: passwordFile }),
  }
}
