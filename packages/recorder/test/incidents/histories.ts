import { defineConfig } from '@mnemoscope/kpi'
import type pg from 'pg'
import type { Observation } from '../../src/alerts/observation.js'
import { storeObservations } from '../../src/alerts/store.js'
import { groupEpisodes } from '../../src/incidents/group-episodes.js'

export const config = defineConfig()

const begin = Date.parse('2026-03-01T12:00:00Z')

/** An alert of a KPI at a level, from and to a minute; without an end it fires. */
export interface GivenAlert {
  readonly kpi: 'f1_score' | 'latency' | 'memory_usage'
  readonly level?: 'info' | 'warning' | 'critical'
  readonly service?: string
  readonly from: number
  readonly to?: number | undefined
}

export function observationOf({
  kpi,
  level = 'warning',
  service = 'memory',
  from,
  to,
}: GivenAlert): Observation {
  const labels = {
    alertname: `Mnemoscope_${kpi}_${level}`,
    severity: level,
    kpi,
    job: service,
    model: 'm',
    context_size: '8192',
  }
  return {
    cluster: 'default',
    fingerprint: `${service} ${kpi} ${level}`,
    labels,
    annotations: { summary: `${kpi} ${level} at ${from}` },
    startsAt: begin + from * 60_000,
    ...(to === undefined ? {} : { endsAt: begin + to * 60_000 }),
  }
}

/** Stores alerts, one after another, and finds their incidents. */
export async function happen(pool: pg.Pool, ...alerts: readonly GivenAlert[]): Promise<void> {
  for (const alert of alerts) await storeObservations({ pool, handlers: [] }, [observationOf(alert)])
  while ((await groupEpisodes(pool, config)) > 0);
}

/** The alerts of each incident of a service, as `kpi level at minute`, by the incident's id. */
export async function incidentsOf(pool: pg.Pool, service = 'memory'): Promise<Record<string, string[]>> {
  const { rows } = await pool.query<{ id: string; alerts: string[] }>(
    `SELECT incident_id AS id, array_agg(summary ORDER BY starts_at, summary) AS alerts
     FROM incident_episodes JOIN alert_episodes ON alert_episodes.id = episode_id
     WHERE service = $1 GROUP BY 1 ORDER BY 1`,
    [service],
  )
  return Object.fromEntries(rows.map(({ id, alerts }) => [id, alerts]))
}
