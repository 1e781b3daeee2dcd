import { type Config, durationSeconds } from '@mnemoscope/kpi'
import type pg from 'pg'
import { kpiOf } from '../config/kpi-of.js'
import { type FoundMeasurement, measurementColumns } from '../rows/measurements.js'

interface Episode {
  readonly kpi: string | null
  readonly service: string | null
  readonly model: string | null
  readonly context_size: string | null
}

/** Parts of a place; an alert that concerns, say, every model has no model. */
const parts = ['service', 'model', 'context_size'] as const

/**
 * The worst measurements behind an alert episode: of its KPI, and of its service, model and context size where it has
 * them, from the beginning of the window that its first value was computed over until its end.
 * @returns undefined where there is no such episode; none where it is of no KPI that the configuration knows
 */
export async function worstMeasurements(
  pool: pg.Pool,
  kpis: Config['kpis'],
  episodeId: string,
  most: number,
): Promise<FoundMeasurement[] | undefined> {
  const episodes = await pool.query<Episode>(
    'SELECT kpi, service, model, context_size FROM alert_episodes WHERE id = $1',
    [episodeId],
  )
  const [episode] = episodes.rows
  if (episode === undefined) return undefined
  const kpi = kpiOf(kpis, episode.kpi)
  if (kpi === undefined) return []
  const worstFirst = kpi.direction === 'higher_is_better' ? 'ASC' : 'DESC'
  const given = parts.filter((part) => episode[part] !== null)
  const here = given.map((part, i) => `AND ${part} = $${i + 5}`).join(' ')
  const { rows } = await pool.query<FoundMeasurement>(
    `SELECT ${measurementColumns} FROM measurements
     WHERE value IS NOT NULL AND kpi = $4 ${here}
       AND at >= (SELECT starts_at FROM alert_episodes WHERE id = $1) - make_interval(secs => $2)
       AND at <= coalesce((SELECT ends_at FROM alert_episodes WHERE id = $1), now())
     ORDER BY measurements.value ${worstFirst}, at LIMIT $3`,
    [episodeId, durationSeconds(kpi.window), most, kpi.id, ...given.map((part) => episode[part])],
  )
  return rows
}
