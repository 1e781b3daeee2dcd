import { names } from '@mnemoscope/kpi'
import { z } from 'zod'
import type { DataOf } from '../http/route.js'
import type { AlertmanagerClient, RoutedAlert } from '../prometheus/alertmanager.js'

/** Whether people are notified of an alert, by Alertmanager's word of now. */
export const notifiedAnswer = z.strictObject({
  state: z
    .enum(['routed', 'silenced', 'inhibited', 'muted', 'no_receiver', 'not_there', 'unknown'])
    .describe(
      'Alertmanager notifies `receivers` of it; people silenced it; another alert inhibits it; it is a mute time; no route leads ' +
        'it to people; Alertmanager does not have it, as when it is over; no Alertmanager answers.',
    ),
  receivers: z.array(z.string()).describe('Receivers that a route leads to, without the recorder itself.'),
  silences: z.array(
    z.strictObject({
      id: z.string(),
      by: z.string(),
      comment: z.string(),
      until: z.number().describe('Unix seconds.'),
    }),
  ),
  inhibited_by: z.array(z.string()).describe('Names of the alerts that inhibit it.'),
  mute_times: z.array(z.string()).describe('Empty before Alertmanager 0.28, which does not say it.'),
  is_failing: z
    .boolean()
    .describe('Whether deliveries fail now, to whichever receiver: an alert of the pipeline says so.'),
})
export type Notified = DataOf<typeof notifiedAnswer>

/** Receivers that no person gets anything from: ours, and those that our configurations name for nobody. */
const nobody: readonly string[] = [names.recorderReceiver, 'nobody', 'mnemoscope-nobody']

/** What becomes of an alert in its groups: of several, one that reaches people counts. */
export function stateOf(groups: readonly RoutedAlert[]): Pick<Notified, 'state' | 'receivers'> {
  if (groups.length === 0) return { state: 'not_there', receivers: [] }
  const ofPeople = groups.filter(({ receiver }) => !nobody.includes(receiver))
  const receivers = [...new Set(ofPeople.map(({ receiver }) => receiver))].sort()
  const every = (is: (group: RoutedAlert) => boolean) => ofPeople.length > 0 && ofPeople.every(is)
  if (groups.every(({ silencedBy }) => silencedBy.length > 0)) return { state: 'silenced', receivers }
  if (groups.every(({ inhibitedBy }) => inhibitedBy.length > 0)) return { state: 'inhibited', receivers }
  if (ofPeople.length === 0) return { state: 'no_receiver', receivers }
  if (every(({ mutedBy }) => mutedBy.length > 0)) return { state: 'muted', receivers }
  return { state: 'routed', receivers }
}

/** The part that Alertmanager itself knows. */
export type ByAlertmanager = Omit<Notified, 'is_failing'>

/** Asks the first Alertmanager of a cluster that answers. @param labels of the alert */
export async function askNotified(
  clients: readonly AlertmanagerClient[],
  labels: Readonly<Record<string, string>>,
): Promise<ByAlertmanager> {
  for (const client of clients) {
    try {
      return await askOne(client, labels)
    } catch {
      // The next one knows the same.
    }
  }
  return { state: 'unknown', receivers: [], silences: [], inhibited_by: [], mute_times: [] }
}

async function askOne(
  client: AlertmanagerClient,
  labels: Readonly<Record<string, string>>,
): Promise<ByAlertmanager> {
  const groups = await client.routed(labels)
  const all = (ids: (group: RoutedAlert) => readonly string[]) => [...new Set(groups.flatMap(ids))]
  const [silences, inhibiting] = await Promise.all([
    Promise.all(all(({ silencedBy }) => silencedBy).map((id) => client.silence(id))),
    Promise.all(all(({ inhibitedBy }) => inhibitedBy).map((fingerprint) => client.nameOf(fingerprint))),
  ])
  return {
    ...stateOf(groups),
    silences,
    inhibited_by: [...new Set(inhibiting.filter((name) => name !== undefined))],
    mute_times: all(({ mutedBy }) => mutedBy),
  }
}
