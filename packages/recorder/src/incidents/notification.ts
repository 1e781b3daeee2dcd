import type pg from 'pg'
import type { Outcome, Told } from '../notifications/told.js'

/** What was learned at one time of the notifications of an incident's alerts, the same of each of them. */
export interface Notification
  extends Pick<Told, 'receiver' | 'integration' | 'reason' | 'silences' | 'inhibitedBy' | 'muteTimes'> {
  /** Unix seconds. */
  readonly at: number
  readonly outcome: Exclude<Outcome, 'routed'>
  /** How many alerts it is of. */
  readonly alerts: number
  /** Id of the alert; null where it is of several. */
  readonly episode: number | null
}

/**
 * What became of the notifications of an incident's alerts, oldest first. That one is on its way is left out: what becomes of it
 * follows.
 * @param most how many, the first ones
 * @returns these, and how many there are
 */
export async function notificationsOf(
  pool: pg.Pool,
  incident: string,
  most: number,
): Promise<{ readonly notifications: Notification[]; readonly total: number }> {
  const { rows } = await pool.query<Notification & { total: number }>(
    `SELECT extract(epoch FROM at)::float8 AS at, receiver, integration, outcome, reason, silences,
       inhibited_by AS "inhibitedBy", mute_times AS "muteTimes", count(DISTINCT episode_id)::float8 AS alerts,
       CASE WHEN count(DISTINCT episode_id) = 1 THEN min(episode_id)::float8 END AS episode,
       count(*) OVER ()::float8 AS total
     FROM alert_incident_episodes JOIN alert_notifications USING (episode_id)
     WHERE incident_id = $1 AND outcome <> 'routed'
     GROUP BY at, receiver, integration, outcome, reason, silences, inhibited_by, mute_times
     ORDER BY alert_notifications.at, min(id) LIMIT $2`,
    [incident, most],
  )
  return { notifications: rows.map(({ total: _, ...each }) => each), total: rows[0]?.total ?? 0 }
}

/** Whether a person was notified of one of an incident's alerts. */
export async function notifiedOf(
  pool: pg.Pool,
  incident: string,
): Promise<{ was_notified: boolean | null; notified_at: number | null }> {
  const { rows } = await pool.query<{ notified_at: number | null }>(
    `SELECT extract(epoch FROM min(at))::float8 AS notified_at
     FROM alert_incident_episodes JOIN alert_notifications USING (episode_id)
     WHERE incident_id = $1 AND outcome = 'success'`,
    [incident],
  )
  const notified_at = rows[0]?.notified_at ?? null
  if (notified_at !== null) return { was_notified: true, notified_at }
  // The first one of which it is not known is enough.
  const { rows: unknown } = await pool.query(
    `SELECT FROM alert_incident_episodes AS own
     WHERE incident_id = $1
       AND (SELECT was_notified FROM notified_alerts WHERE episode_id = own.episode_id) IS NOT FALSE LIMIT 1`,
    [incident],
  )
  return { was_notified: unknown.length > 0 ? null : false, notified_at }
}

/** In words, such as `team-a by webhook: delivered, of 3 alerts`. */
export function notificationText(notification: Notification): string {
  const { receiver, integration, alerts } = notification
  const name = integration === null ? receiver : `${receiver} by ${integration}`
  const to = receiver === null ? '' : `${name}: `
  return `${to}${becameText(notification)}${alerts === 1 ? '' : `, of ${alerts} alerts`}`
}

function becameText({ outcome, reason, silences, inhibitedBy, muteTimes }: Notification): string {
  switch (outcome) {
    case 'success':
      return 'delivered'
    case 'error':
      return `failed (${reason === null || reason === 'attempts_fail' ? 'every attempt' : reason})`
    case 'unknown':
      return 'not known whether it was delivered'
    case 'silenced':
      return `nobody notified: silenced ${silences.map(silenceText).join(', and ')}`.trimEnd()
    case 'inhibited':
      return `nobody notified: inhibited by ${inhibitedBy.join(', ') || 'another alert'}`
    case 'muted':
      return `nobody notified: mute time ${muteTimes.join(', ')}`.trimEnd()
    case 'no_receiver':
      return 'nobody notified: no route leads it to people'
    case 'not_there':
      return 'nobody notified: Alertmanager does not have it'
  }
}

function silenceText({ by, until, comment }: Told['silences'][number]): string {
  const end = new Date(until * 1_000).toISOString().slice(0, 16).replace('T', ' ')
  return `by ${by} until ${end} UTC${comment === '' ? '' : ` (${comment})`}`
}
