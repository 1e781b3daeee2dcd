import { type Config, names, type Severity } from '@mnemoscope/kpi'

export const recorderReceiver = 'mnemoscope-recorder'

const { job, model, kpi, severity } = names.label

/** Every route in the order Alertmanager tries them; all but the watchdog's let an alert go on to the next. */
export function routes(config: Config): object[] {
  return [...watchdogRoute(config), recorderRoute(config), ...receiverRoutes(config)]
}

/** A heartbeat is no alert: nobody but its receiver is told of it, at its own pace. */
function watchdogRoute({ alerting: { watchdog } }: Config): object[] {
  if (watchdog === undefined) return []
  return [
    {
      matchers: [`alertname="${names.pipelineAlert.watchdog}"`],
      receiver: watchdog.receiver,
      group_wait: '0s',
      group_interval: watchdog.every,
      repeat_interval: watchdog.every,
    },
  ]
}

/**
 * The recorder's route comes before all people's. Ungrouped: in a shared group an escalation waits for the group's
 * interval and may be told of only once it is over.
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
      group_by: ['alertname', job, kpi, model, severity],
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
