import { type Config, names } from '@mnemoscope/kpi'
import { inhibitRules, recorderWebhook } from '../alertmanager/config.js'
import { messagePace, ofOwnAlerts, recorderPace } from '../alertmanager/routes.js'
import { messageLabels } from '../message-group.js'

/** A receiver that does nothing. */
const silentReceiver = 'mnemoscope-nobody'

const steering = `alertname="${names.easedAlert}"`

/** What people read above the lists. */
export const additionsNote = [
  'Add each list to the list of the same name in your alertmanager.yml, the routes in front of your own.',
  `Only alerts with a name ${names.alertPattern} match here, and no other route or receiver of yours gets them.`,
  `To send them to a receiver of yours too, write its name instead of ${silentReceiver} in the last of these routes.`,
]

/**
 * What somebody adds to his alertmanager.yml. The first route ends what only steers messages, and the last one ends ours, so
 * that they join no group of his: his notifications stay as they are, whatever his routes match and however he groups.
 */
export function alertmanagerAdditions(config: Config): object {
  const { recorderReceiver } = names
  return {
    route: {
      routes: [
        { matchers: [steering], receiver: silentReceiver },
        { matchers: [ofOwnAlerts], receiver: recorderReceiver, ...recorderPace(config), continue: true },
        {
          matchers: [ofOwnAlerts],
          receiver: silentReceiver,
          group_by: [...messageLabels(config)],
          ...messagePace(config),
        },
      ],
    },
    inhibit_rules: inhibitRules(config),
    receivers: [
      { name: silentReceiver },
      { name: recorderReceiver, webhook_configs: [recorderWebhook(config)] },
    ],
  }
}

/** The additions in an alertmanager.yml of their own, as amtool can check them. */
export function checkedAlertmanager(additions: {
  readonly route: object
  readonly [list: string]: unknown
}): object {
  return { ...additions, route: { receiver: silentReceiver, ...additions.route } }
}
