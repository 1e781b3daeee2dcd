import { type Acknowledgement, severities } from '@mnemoscope/kpi'
import type pg from 'pg'
import { z } from 'zod'

/** Somebody took notice of an episode. The same as `Acknowledgement`. */
export const acknowledgementAnswer = z.strictObject({
  by: z.string(),
  comment: z.string().nullable(),
  at: z.number().describe('Unix seconds.'),
})

const foreignKeyViolation = '23503'

/** Whether an episode is of the same alert as another one, at a milder level: who knows of the worse one knows of it. */
const isImplied = `milder.ends_at IS NULL AND known.ends_at IS NULL AND milder.cluster = known.cluster
  AND array_position(levels, milder.severity) < array_position(levels, known.severity)
  AND regexp_replace(milder.alertname, '(Warning|Error|Critical)$', '') = regexp_replace(known.alertname, '(Warning|Error|Critical)$', '')
  AND (milder.kpi, milder.service, milder.model, milder.context_size, milder.operation)
    IS NOT DISTINCT FROM (known.kpi, known.service, known.model, known.context_size, known.operation)`

/** The service whose episode this is; undefined for an unknown id, and for an episode of the pipeline itself. */
export async function serviceOfEpisode(pool: pg.Pool, episodeId: string): Promise<[string | undefined]> {
  const { rows } = await pool.query<{ service: string | null }>(
    'SELECT service FROM alert_episodes WHERE id = $1',
    [episodeId],
  )
  return [rows[0]?.service ?? undefined]
}

/**
 * Stores that a person knows of an episode, open or closed, and of the milder levels of the same alert that are open with
 * it. Each call adds one to each: comments follow one another. It silences nothing; silences are Alertmanager's.
 * @returns undefined where no episode has this id
 */
export async function acknowledge(
  pool: pg.Pool,
  episodeId: string,
  { by, comment }: Omit<Acknowledgement, 'at'>,
): Promise<Acknowledgement | undefined> {
  try {
    const { rows } = await pool.query<Acknowledgement>(
      `WITH stored AS (
         INSERT INTO alert_acknowledgements (episode_id, by, comment)
         SELECT milder.id, $2, $3
         FROM alert_episodes AS known
         CROSS JOIN (VALUES ($4::text[])) AS severities (levels)
         JOIN alert_episodes AS milder ON milder.id = known.id OR (${isImplied})
         WHERE known.id = $1
         RETURNING episode_id, by, comment, at
       )
       SELECT by, comment, extract(epoch FROM at)::float8 AS at FROM stored WHERE episode_id = $1`,
      [episodeId, by, comment, severities],
    )
    return rows[0]
  } catch (error) {
    if ((error as { code?: string }).code === foreignKeyViolation) return undefined
    throw error
  }
}
