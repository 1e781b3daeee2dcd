import {
  alertKindOf,
  type Config,
  evidenceAt,
  evidenceQuery,
  provingLanes,
  thresholdSeverities,
} from '@mnemoscope/kpi'
import type pg from 'pg'
import { z } from 'zod'
import { kpiOf } from '../config/source.js'
import type { DataOf } from '../http/route.js'
import type { PrometheusClient } from '../prometheus/client.js'
import { queryInstant } from '../prometheus/query.js'

const number = z.number().nullable()

const evidenceOfMoment = z
  .strictObject({
    at: z.number().describe('The evaluation, Unix seconds.'),
    of: z
      .enum(['value', 'share'])
      .describe(
        'What least and most are of: the value, or the share of operations at or beyond the threshold.',
      ),
    value: number.describe('The value that people see: what the middle lane remembers.'),
    threshold: z.number(),
    least: number,
    most: number,
    allowed: number.describe('Share that may be at or beyond the threshold; null of a value.'),
    lane: z
      .enum(provingLanes)
      .nullable()
      .describe(
        'The lane that proves the breach, of several the one that remembers most: slow (with the middle one), middle, or fast (the newest operations alone). Null where none does: the breach goes on until it is certainly over.',
      ),
    operations: number.describe(
      'Operations that this lane remembers, old ones weigh less; without one those of the middle lane.',
    ),
    last_operation: number.describe('The evaluation that saw the newest one, Unix seconds.'),
  })
  .nullable()

/** How sure the judge was of an alert, and is. */
export const evidenceAnswer = z.strictObject({
  began: evidenceOfMoment.describe(
    'When it began; null where Prometheus has nothing of it, and of an alert that no lane proves, as of a gauge.',
  ),
  newest: evidenceOfMoment.describe(
    'At the newest evaluation at which Prometheus was seen to have it firing.',
  ),
})
export type AlertEvidence = DataOf<typeof evidenceAnswer>

const nothing: AlertEvidence = { began: null, newest: null }

interface Episode {
  readonly alertname: string
  readonly kpi: string | null
  readonly severity: string | null
  readonly threshold: number | null
  readonly labels: Readonly<Record<string, string>>
  readonly starts_at: Date
  readonly last_firing_at: Date | null
}

/** @returns undefined where there is no such episode */
export async function evidenceOf(
  pool: pg.Pool,
  prometheus: PrometheusClient,
  kpis: Config['kpis'],
  episodeId: string,
): Promise<AlertEvidence | undefined> {
  const { rows } = await pool.query<Episode>(
    `SELECT alertname, kpi, severity, threshold, labels, starts_at, last_firing_at FROM alert_episodes WHERE id = $1`,
    [episodeId],
  )
  const [episode] = rows
  if (episode === undefined) return undefined
  const { alertname, threshold, labels, starts_at: begin, last_firing_at: newest } = episode
  const kpi = kpiOf(kpis, episode.kpi)
  const severity = thresholdSeverities.find((each) => each === episode.severity)
  if (kpi === undefined || severity === undefined || threshold === null) return nothing
  if (kpi.instrument === 'gauge' || alertKindOf(alertname, kpi.id) !== 'threshold') return nothing
  const at = async (moment: Date | null) => {
    if (moment === null) return null
    try {
      const samples = await queryInstant(prometheus, evidenceQuery(kpi, [labels]), moment)
      const found = evidenceAt(kpi, labels, samples, { severity, threshold })
      return found && { at: moment.getTime() / 1_000, threshold, ...found }
    } catch {
      // Nothing is known while Prometheus does not answer; that is told elsewhere.
      return null
    }
  }
  const [began, now] = await Promise.all([at(begin), at(newest)])
  return { began, newest: now }
}
