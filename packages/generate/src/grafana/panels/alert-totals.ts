import type { Config } from '@mnemoscope/kpi'
import {
  durationSql,
  firingSecondsSql,
  inTimeRangeSql,
  recoveredSql,
  severityRankSql,
} from '../episode-sql.js'
import { levelColor } from '../levels.js'
import type { PanelSpec } from '../schema.js'
import { selectedRows } from '../selection.js'
import { sqlQuery } from '../target.js'
import { forField } from './panel.js'
import { severityColumn, table } from './table.js'
import { timeSeries } from './time-series.js'

/** Episodes of each level: how many, how long, how fast they ended, and when they began. */
export function alertTotals(config: Config): PanelSpec[] {
  return [
    table({
      title: 'Episodes and time to recover',
      description:
        'Episodes that touch the time range, by level: how many, how many still fire, for how long in all, and the mean ' +
        'and the median time from start to recovery of those that ended. Episodes that were replaced or whose rule is gone did not recover.',
      width: 12,
      height: 8,
      unit: 'none',
      noValue: 'no alert in this time range',
      targets: [
        sqlQuery(`
SELECT
  severity,
  count(*) AS episodes,
  count(*) FILTER (WHERE ends_at IS NULL) AS open,
  sum(${firingSecondsSql}) AS firing,
  avg(${durationSql}) FILTER (WHERE ${recoveredSql}) AS mean_recovery,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY ${durationSql})
    FILTER (WHERE ${recoveredSql}) AS median_recovery
FROM alert_episodes
WHERE ${inTimeRangeSql}
  AND ${selectedRows({})}
GROUP BY severity
ORDER BY ${severityRankSql} DESC`),
      ],
      overrides: [
        severityColumn,
        forField('firing', { displayName: 'firing for', unit: 's' }),
        forField('mean_recovery', { displayName: 'mean time to recover', unit: 's' }),
        forField('median_recovery', { displayName: 'median', unit: 's' }),
      ],
    }),
    timeSeries(
      {
        title: 'Episodes begun, by level',
        description: 'Alert episodes by the time they began.',
        width: 12,
        height: 8,
        unit: 'short',
        decimals: 0,
        noValue: 'no alert in this time range',
        maxDataPoints: Math.min(config.dashboard.maxDataPoints, 60),
        targets: [
          sqlQuery(
            `
SELECT $__timeGroupAlias(starts_at, $__interval), severity AS metric, count(*) AS episodes
FROM alert_episodes
WHERE $__timeFilter(starts_at)
  AND ${selectedRows({})}
GROUP BY 1, 2
ORDER BY 1, 2`,
            'time_series',
          ),
        ],
        overrides: Object.entries(levelColor).map(([level, fixedColor]) =>
          forField(level, { color: { mode: 'fixed', fixedColor } }),
        ),
      },
      { draw: 'bars', stacked: true },
    ),
  ]
}
