import { z } from 'zod'
import type { DataOf } from '../http/route.js'
import { type Standing, standings } from './standing.js'
import { outcomes, type Told } from './told.js'

const silence = z.strictObject({
  id: z.string(),
  by: z.string(),
  comment: z.string(),
  until: z.number().describe('Unix seconds.'),
})

/** What holds notifications back. */
const why = {
  silences: z.array(silence),
  inhibited_by: z.array(z.string()).describe('Names of the alerts that inhibit it.'),
  mute_times: z.array(z.string()).describe('Names of the mute times that hold it back.'),
}

const toldAnswer = z.strictObject({
  at: z.number().describe('Unix seconds.'),
  receiver: z.string().nullable().describe('Null where it is of the alert as a whole.'),
  integration: z.string().nullable().describe('`webhook`, `email`, ...; null where it is not known.'),
  outcome: z.enum(outcomes),
  reason: z
    .string()
    .nullable()
    .describe(
      "Of `error` Alertmanager's word for it, such as serverError; of `unknown` why it is not known; null otherwise.",
    ),
  ...why,
})

/** Whether people are and were notified of an alert. */
export const notifiedAnswer = z.strictObject({
  was_notified: z
    .boolean()
    .nullable()
    .describe(
      'Whether a notification was delivered to a person; null where that is not known or still open.',
    ),
  state: z
    .enum([...standings, 'over', 'unknown'])
    .describe(
      'Now: Alertmanager notifies `receivers` of it; people silenced it; another alert inhibits it; it is a mute time; no route leads ' +
        'it to people; Alertmanager does not have it; it is over; no Alertmanager answers.',
    ),
  receivers: z
    .array(z.string())
    .describe('Receivers that a route leads to now, without the recorder itself.'),
  ...why,
  is_failing: z
    .boolean()
    .describe('Whether deliveries fail now, to whichever receiver: an alert of the pipeline says so.'),
  told: z.array(toldAnswer).describe('Everything that was learned of its notifications, oldest first.'),
})
export type Notified = DataOf<typeof notifiedAnswer>

/** What becomes of an alert now, over all receivers: of several, one that people are notified by counts. */
export function stateOf(
  standing: readonly Standing[],
): Pick<Notified, 'state' | 'receivers' | 'silences' | 'inhibited_by' | 'mute_times'> {
  const state = standings.find((each) => standing.some(({ outcome }) => outcome === each)) ?? 'not_there'
  const all = <T>(of: (each: Standing) => readonly T[]) => [
    ...new Map(standing.flatMap(of).map((value) => [JSON.stringify(value), value])).values(),
  ]
  return {
    state,
    receivers: all(({ receiver }) => (receiver === null ? [] : [receiver])),
    silences: all(({ silences }) => silences),
    inhibited_by: all(({ inhibitedBy }) => inhibitedBy),
    mute_times: all(({ muteTimes }) => muteTimes),
  }
}

/** As the API gives it. */
export function toldView({ at, inhibitedBy, muteTimes, silences, ...told }: Told): Notified['told'][number] {
  const { receiver, integration, outcome, reason } = told
  return {
    ...{ at: at / 1_000, receiver, integration, outcome, reason },
    silences: [...silences],
    inhibited_by: [...inhibitedBy],
    mute_times: [...muteTimes],
  }
}
