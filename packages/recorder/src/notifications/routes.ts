import { names } from '@mnemoscope/kpi'
import type pg from 'pg'
import { refuseUnknown } from '../episodes/routes.js'
import { episodeId } from '../http/query.js'
import { route } from '../http/route.js'
import type { AlertmanagerClient } from '../prometheus/alertmanager.js'
import { askNotified, notifiedAnswer } from './notified.js'

export interface Needs {
  readonly readers: pg.Pool
  readonly alertmanagers: readonly AlertmanagerClient[]
}

export const notificationRoutes = [
  route({
    method: 'GET',
    path: '/api/episodes/{id}/notifications',
    summary: 'Whether Alertmanager tells people of an alert now, or why not.',
    access: 'read',
    params: { id: episodeId },
    answer: notifiedAnswer,
    example: { params: { id: '1' } },
    async handle({ params: { id } }, { readers, alertmanagers }: Needs) {
      const { rows } = await readers.query<{ labels: Record<string, string> }>(
        'SELECT labels FROM alert_episodes WHERE id = $1',
        [id],
      )
      const { labels } = rows[0] ?? refuseUnknown(id)
      const failing = await readers.query(
        'SELECT FROM alert_episodes WHERE alertname = $1 AND ends_at IS NULL LIMIT 1',
        [names.deliveriesFailing],
      )
      return { ...(await askNotified(alertmanagers, labels)), is_failing: failing.rows.length > 0 }
    },
  }),
] as const
