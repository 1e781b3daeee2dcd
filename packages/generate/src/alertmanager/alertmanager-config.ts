import { type Config, names } from '@mnemoscope/kpi'
import { inhibitRules } from './inhibition.js'

const recorderReceiver = 'mnemoscope-recorder'

/** Alertmanager asks for a receiver at the root; every alert is caught by the routes before it. */
const rootReceiver = 'nobody'

/** Content of alertmanager.yml. */
export function alertmanagerConfig(config: Config): object {
  return {
    route: {
      receiver: rootReceiver,
      group_by: [names.label.kpi, names.label.model, names.label.severity],
      routes: [recorderRoute(config)],
    },
    inhibit_rules: inhibitRules(),
    receivers: [
      { name: rootReceiver },
      {
        name: recorderReceiver,
        webhook_configs: [
          {
            url: `${config.endpoints.recorder.replace(/\/+$/, '')}/api/webhook/alertmanager`,
            send_resolved: true,
          },
        ],
      },
    ],
  }
}

/**
 * The recorder's route comes first and lets every alert go on to the others. Ungrouped: in a shared group an
 * escalation waits for the group's interval and may be told of only once it is over.
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
