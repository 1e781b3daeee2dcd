import { type Config, durationSeconds, durationText, names } from '@mnemoscope/kpi'
import { pipelineAlertKinds } from '../alerts/pipeline.js'
import { messageLabels } from '../message-group.js'

const { job, kpi, severity } = names.label
const { recorderReceiver } = names

/** Alertmanager needs a receiver at the root; the routes below it catch every alert. */
export const rootReceiver = 'nobody'

/** Matches our alerts alone: the recorder stores no others. */
export const ofOwnAlerts = `alertname=~"${names.alertPattern}"`

/** The recorder gets each change at once: it keeps a history, and does not mind many messages. */
const recorderWait = '1s'
const recorderInterval = '5s'

/** Every route in the order Alertmanager tries them; all but the first let an alert go on to the next. */
export function routes(config: Config): object[] {
  return [
    ...watchdogRoute(config),
    easedRoute,
    ...testRoutes(config),
    recorderRoute(config),
    ...receiverRoutes(config),
  ]
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

/** What only steers messages is none. */
const easedRoute = { matchers: [`alertname="${names.easedAlert}"`], receiver: rootReceiver }

/** A test message goes to the receiver that it names, at once, and neither to another one nor to the history. */
function testRoutes({ alerting }: Config): object[] {
  return Object.keys(alerting.receivers).map((receiver) => ({
    matchers: [`alertname="${names.testAlert}"`, `receiver="${receiver}"`],
    receiver,
    group_by: ['...'],
    group_wait: '0s',
    group_interval: '10s',
    repeat_interval: '1d',
  }))
}

/** The recorder's route comes before all people's. Ungrouped: in a shared group an alert waits for the others. */
function recorderRoute(config: Config): object {
  return { matchers: [ofOwnAlerts], receiver: recorderReceiver, ...recorderPace(config), continue: true }
}

/** How alerts are grouped for the recorder, and when they are sent. */
export function recorderPace({ alerting }: Pick<Config, 'alerting'>): object {
  return {
    group_by: ['...'],
    group_wait: shorter(recorderWait, alerting.groupWait),
    group_interval: shorter(recorderInterval, alerting.groupInterval),
    repeat_interval: alerting.repeatInterval,
  }
}

/** When messages to people are sent. */
export function messagePace({ alerting, alertCheckInterval }: Config): object {
  return {
    group_wait: betweenEvaluations(alerting.groupWait, alertCheckInterval),
    group_interval: wholeEvaluations(alerting.groupInterval, alertCheckInterval),
    repeat_interval: alerting.repeatInterval,
  }
}

function shorter(a: string, b: string): string {
  return durationSeconds(a) <= durationSeconds(b) ? a : b
}

const ofPipeline = pipelineAlertKinds.map(({ id }) => names.pipelineAlertName(id)).join('|')

/**
 * Two routes for each receiver. All levels of a service's breach share a group, so that its worst level is the message
 * and the others are part of it. What the pipeline says of itself is grouped apart: it is no breach.
 */
function receiverRoutes(config: Config): object[] {
  const { alerting } = config
  return Object.entries(alerting.receivers).flatMap(
    ([receiver, { severities, services, kpis, mute, cooldown }]) => {
      const matchers = [
        `${severity}=~"${severities.join('|')}"`,
        ...(services === undefined ? [] : [`${job}=~"${services.map(escaped).join('|')}"`]),
        ...(kpis === undefined ? [] : [`${kpi}=~"${kpis.join('|')}"`]),
      ]
      const pace = {
        ...messagePace(config),
        ...(cooldown === undefined ? {} : { repeat_interval: cooldown }),
        ...(mute.length === 0 ? {} : { mute_time_intervals: mute }),
        continue: true,
      }
      const route = (operator: '=~' | '!~', labels: readonly string[]) => ({
        matchers: [...matchers, `alertname${operator}"${ofPipeline}"`],
        receiver,
        group_by: labels,
        ...pace,
      })
      return [route('!~', messageLabels({ alerting })), route('=~', ['alertname', job])]
    },
  )
}

/** By then the alerts of an evaluation have arrived, and those of the next one have not. */
const settled = 5

/**
 * A wait after which it is not the moment of an evaluation. Alertmanager counts from the first alert, and alerts come with
 * evaluations: otherwise each message would be made while alerts arrive, and could have an end without what holds it back.
 */
function betweenEvaluations(wait: string, interval: string): string {
  const [waiting, every] = [durationSeconds(wait), durationSeconds(interval)]
  const missing = Math.min(settled, every / 2) - (waiting % every)
  return missing <= 0 ? wait : durationText(waiting + missing)
}

/** Every further message is made at the same time between two evaluations. */
function wholeEvaluations(wait: string, interval: string): string {
  const [waiting, every] = [durationSeconds(wait), durationSeconds(interval)]
  return waiting < every || waiting % every === 0 ? wait : durationText(Math.ceil(waiting / every) * every)
}

/** A service name within a regular expression: of its characters only the dot means something there. */
function escaped(name: string): string {
  return name.replaceAll('.', '\\\\.')
}
