import { thresholdSeverities } from '@mnemoscope/kpi'
import { look } from '../look.js'
import { config } from '../seed/story.js'

const { from, to } = look()

/** The ends of the window that is looked at, as SQL. */
export const FROM = `'${from.toISOString()}'::timestamptz`
export const TO = `'${to.toISOString()}'::timestamptz`

/** Snapshots of the window with the names of their place. */
export const inWindow = `snapshots JOIN series ON series.id = series_id WHERE at BETWEEN ${FROM} AND ${TO}`

/** The newest snapshots of the window. */
export const newest = `${inWindow} AND at = (SELECT max(at) FROM snapshots WHERE at <= ${TO})`

/** Episodes that fired at any moment of the window. */
export const fired = `starts_at <= ${TO} AND coalesce(ends_at, 'infinity') >= ${FROM}`

/** Rank of a level: 0 for one that is not of a threshold. */
export const rank = `coalesce(array_position(ARRAY['warning', 'error', 'critical'], severity), 0)`

/** Every threshold of every KPI, those that an override leaves as they are too: KPI, context size or NULL, rank, value. */
export const thresholdRows = Object.values(config.kpis)
  .flatMap((kpi) => [kpi, ...kpi.overrides.map((override) => ({ ...kpi, ...override }))])
  .flatMap((kpi) =>
    thresholdSeverities.flatMap((severity, i) => {
      const value = kpi.thresholds[severity]
      const size = 'contextSize' in kpi && kpi.contextSize !== undefined ? `'${kpi.contextSize}'` : 'NULL'
      return value === undefined ? [] : [`('${kpi.id}', ${size}, ${i + 1}, ${value}, '${kpi.direction}')`]
    }),
  )
  .join(', ')
