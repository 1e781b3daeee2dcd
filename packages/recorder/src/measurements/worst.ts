import { type Config, durationSeconds } from '@mnemoscope/kpi'
import type pg from 'pg'
import { type FoundMeasurement, measurementColumns } from '../rows/measurements.js'

/**
 * The worst measurements behind an alert episode: of its KPI, service, model and context size, from the beginning of
 * the window that its first value was computed over until its end.
 * @returns undefined where there is no such episode; none where it is of no KPI that the configuration knows
 */
export async function worstMeasurements(
  pool: pg.Pool,
  kpis: Config['kpis'],
  episodeId: string,
  most: number,
): Promise<FoundMeasurement[] | undefined> {
  const episodes = await pool.query<{ kpi: string | null }>('SELECT kpi FROM alert_episodes WHERE id = $1', [
    episodeId,
  ])
  const [episode] = episodes.rows
  if (episode === undefined) return undefined
  const kpi = kpis[episode.kpi ?? '']
  if (kpi === undefined) return []
  const worstFirst = kpi.direction === 'higher_is_better' ? 'ASC' : 'DESC'
  const { rows } = await pool.query<FoundMeasurement>(
    `SELECT ${measurementColumns} FROM measurements
     WHERE value IS NOT NULL AND (kpi, service, model, context_size) = (
         SELECT kpi, service, model, context_size FROM alert_episodes WHERE id = $1
       )
       AND at >= (SELECT starts_at FROM alert_episodes WHERE id = $1) - make_interval(secs => $2)
       AND at <= coalesce((SELECT ends_at FROM alert_episodes WHERE id = $1), now())
     ORDER BY measurements.value ${worstFirst}, at LIMIT $3`,
    [episodeId, durationSeconds(kpi.window), most],
  )
  return rows
}
