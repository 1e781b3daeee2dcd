import type pg from 'pg'
import { z } from 'zod'
import { type Scope, scopeParameters } from '../database/scope.js'
import { fired } from '../episodes/find.js'
import type { DataOf } from '../http/route.js'

/** An incident, as its alerts and people have it now. */
export const incidentAnswer = z.strictObject({
  id: z.number().int(),
  title: z
    .string()
    .describe(
      'Its service, its KPIs with the worst first, and its number of alerts; or what a person has written.',
    ),
  titled_by: z.string().nullable().describe('Who wrote the title; null where it was made from the alerts.'),
  level: z.string().nullable().describe('The worst of its alerts; null where all are of other origin.'),
  state: z
    .enum(['open', 'acknowledged', 'resolved'])
    .describe('One of its alerts fires; the same, and somebody has acknowledged one; all are over.'),
  starts_at: z.number().describe('When its first alert began, Unix seconds.'),
  ends_at: z.number().nullable().describe('When its last alert ended, Unix seconds; null while one fires.'),
  services: z.array(z.string()).describe('Empty for alerts that concern no service.'),
  kpis: z.array(z.string()).describe('Ids of the KPIs of its alerts.'),
  alerts: z.number().int().describe('How many alerts it has.'),
  open_alerts: z.number().int().describe('How many of them fire.'),
  acknowledged_at: z
    .number()
    .nullable()
    .describe('When one of its alerts was first acknowledged, Unix seconds.'),
  people: z
    .array(z.string())
    .describe(
      'Who is on it: all who acknowledged one of its alerts or commented, in the order of their first word.',
    ),
})
export type Incident = DataOf<typeof incidentAnswer>

const columns = `id::float8 AS id, title, titled_by, severity AS level, state, extract(epoch FROM starts_at)::float8 AS starts_at,
  extract(epoch FROM ends_at)::float8 AS ends_at, services, kpis, alerts::float8 AS alerts, open_alerts::float8 AS open_alerts,
  extract(epoch FROM acknowledged_at)::float8 AS acknowledged_at, people`

export interface IncidentFilter {
  /** `unresolved`: open or acknowledged. */
  readonly state: 'unresolved' | 'resolved' | 'any'
  /** Whether to give those of `info` alerts alone. */
  readonly info: boolean
  readonly most: number
  /** Only those after this one in the order of the answer: the next page. */
  readonly before?: string | undefined
}

/** Incidents with an alert that fired at any moment of a scope, newest first. */
export async function incidents(
  database: pg.Pool | pg.ClientBase,
  scope: Scope,
  { state, info, most, before }: IncidentFilter,
): Promise<Incident[]> {
  // The view looks up people and more for each row: only for those that are answered with.
  const { rows } = await database.query<Incident>(
    `WITH found AS (
       SELECT DISTINCT incident_id FROM alert_episodes JOIN alert_incident_episodes ON episode_id = alert_episodes.id
       WHERE ${fired} AND ($7 <> 'unresolved' OR incident_id IN (
         SELECT open.incident_id FROM alert_episodes AS episode JOIN alert_incident_episodes AS open ON open.episode_id = episode.id
         WHERE episode.ends_at IS NULL
       ))
     ), wanted AS (
       SELECT incident_id FROM found JOIN alert_incident_episodes USING (incident_id)
       JOIN alert_episodes ON alert_episodes.id = episode_id
       GROUP BY incident_id
       HAVING ($7 = 'any' OR bool_or(ends_at IS NULL) = ($7 = 'unresolved'))
         AND ($8 OR bool_or(severity IS DISTINCT FROM 'info'))
         AND ($10::bigint IS NULL OR (min(starts_at), incident_id) < (
           (SELECT before.starts_at FROM incidents AS before WHERE before.id = $10), $10
         ))
       ORDER BY min(starts_at) DESC, incident_id DESC LIMIT $9
     )
     SELECT ${columns} FROM incidents WHERE id = ANY (ARRAY(SELECT incident_id FROM wanted))
     ORDER BY incidents.starts_at DESC, id DESC`,
    [...scopeParameters(scope), state, info, most, before ?? null],
  )
  return rows
}

/** The incident that stands for this one now: itself, or what it became part of. Undefined where there is none. */
export async function standing(database: pg.Pool | pg.ClientBase, id: string): Promise<string | undefined> {
  const { rows } = await database.query<{ id: string }>(
    'SELECT coalesce(into_id, id) AS id FROM alert_incidents WHERE id = $1',
    [id],
  )
  return rows[0]?.id
}

/** An incident; undefined where none has this id and stands by itself. */
export async function incidentById(
  database: pg.Pool | pg.ClientBase,
  id: string,
): Promise<Incident | undefined> {
  const { rows } = await database.query<Incident>(`SELECT ${columns} FROM incidents WHERE id = $1`, [id])
  return rows[0]
}

/** The services of incidents, each once; undefined for alerts of none, and for an incident that is not known. */
export async function servicesOf(
  database: pg.Pool | pg.ClientBase,
  ids: readonly string[],
): Promise<(string | undefined)[]> {
  const { rows } = await database.query<{ service: string | null }>(
    `SELECT DISTINCT service FROM unnest($1::bigint[]) AS given (id)
     LEFT JOIN alert_incidents AS incident ON incident.id = given.id
     LEFT JOIN alert_incident_episodes ON incident_id = coalesce(into_id, incident.id)
     LEFT JOIN alert_episodes ON alert_episodes.id = episode_id`,
    [ids],
  )
  return rows.map(({ service }) => service ?? undefined)
}
