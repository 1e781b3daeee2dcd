import { names } from '@mnemoscope/kpi'
import type pg from 'pg'
import { z } from 'zod'
import { joinReplicas, observe } from '../alerts/observation.js'
import { storeObservations } from '../alerts/store.js'
import { refuseUnknown } from '../episodes/routes.js'
import { episodeId } from '../http/query.js'
import { route } from '../http/route.js'
import type { AlertmanagerClient } from '../prometheus/alertmanager.js'
import type { Normaliser } from '../work.js'
import { askAlertmanagers } from './ask.js'
import { deliveredIn, eventsSchema } from './events.js'
import { notifiedAnswer, stateOf, toldView } from './notified.js'
import { addDelivered, loadTold } from './table.js'

export interface Needs {
  readonly pool: pg.Pool
  readonly readers: pg.Pool
  /** Names of the handlers that every change of an alert is delivered to. */
  readonly handlers: readonly string[]
  readonly alertmanagers: readonly AlertmanagerClient[]
  readonly normaliser: () => Normaliser
}

export const notificationRoutes = [
  route({
    method: 'GET',
    path: '/api/episodes/{id}/notifications',
    summary: 'Whether people were notified of an alert, and are now, or why not.',
    access: 'read',
    params: { id: episodeId },
    answer: notifiedAnswer,
    example: { params: { id: '1' } },
    async handle({ params: { id } }, { readers, alertmanagers, normaliser }: Needs) {
      const { rows } = await readers.query<{
        labels: Record<string, string>
        fingerprint: string
        isOver: boolean
        wasNotified: boolean | null
      }>(
        `SELECT labels, fingerprint, ends_at IS NOT NULL AS "isOver", was_notified AS "wasNotified"
         FROM alert_episodes JOIN notified_alerts ON episode_id = id WHERE id = $1`,
        [id],
      )
      const { labels, fingerprint, isOver, wasNotified } = rows[0] ?? refuseUnknown(id)
      const [failing, told, answer] = await Promise.all([
        readers.query('SELECT FROM alert_episodes WHERE alertname = $1 AND ends_at IS NULL LIMIT 1', [
          names.deliveriesFailing,
        ]),
        loadTold(readers, [id]),
        isOver ? undefined : askAlertmanagers(alertmanagers, normaliser().replicaLabels, labels),
      ])
      const now = stateOf(answer?.standingsOf(fingerprint, Date.now()) ?? [])
      return {
        was_notified: wasNotified,
        ...now,
        ...(isOver ? { state: 'over' as const } : answer === undefined ? { state: 'unknown' as const } : {}),
        is_failing: failing.rows.length > 0,
        told: (told.get(id) ?? []).map(toldView),
      }
    },
  }),
  route({
    method: 'POST',
    path: '/api/webhook/alertmanager/events',
    summary: "Events of Alertmanager's event recorder: it says of which alerts people were notified.",
    access: 'write:alerts',
    body: {
      schema: eventsSchema,
      // A batch of Alertmanager's is at most 1 MiB, and one event more.
      mostBytes: 4 * 1_024 * 1_024,
      expected: "events of Alertmanager's event recorder, 0.33 or later",
      next: {
        invalid: "Point a webhook output of Alertmanager's event_recorder at this address.",
        tooLarge: 'Set batch_max_bytes of the webhook output to 1 MiB or less.',
      },
    },
    answer: z.strictObject({
      delivered: z.number().int().describe('Notifications of alerts in the history that were stored.'),
    }),
    example: { body: [] },
    async handle({ body }, { pool, handlers, normaliser }: Needs) {
      const delivered = deliveredIn(body).map(({ alert, ...each }) => {
        const observation = observe(alert, normaliser())
        return { ...each, observation, fingerprint: observation.fingerprint }
      })
      // It can come before the notification for the recorder itself.
      const observations = joinReplicas(delivered.map(({ observation }) => observation))
      await storeObservations({ pool, handlers }, observations)
      return { delivered: await addDelivered(pool, normaliser().cluster, delivered) }
    },
  }),
] as const
