import { type Config, names, type ThresholdSeverity, thresholdSeverities } from '@mnemoscope/kpi'
import { is } from '../../promql.js'
import { stat, timeSeries } from '../charts.js'
import { levelColor, steps } from '../levels.js'
import { forField } from '../panel.js'
import {
  durationSql,
  firingSecondsSql,
  instantQuery,
  inTimeRangeSql,
  recoveredSql,
  severityRankSql,
  sqlQuery,
} from '../query.js'
import type { PanelSpec } from '../schema.js'
import { severityColumn, table } from '../table.js'
import { selected, selectedRows, variable } from '../variables.js'

/** The parts of a panel that its numbers do not depend on; sizes in Grafana's grid units. */
export interface CountsOptions {
  readonly width: number
  readonly height: number
  readonly title: string
  readonly description: string
}

/**
 * How many series a query has for each level, the worst level first; 0 where it has none.
 * @param ofLevel PromQL of the series to be counted
 */
export function countsByLevel(
  options: CountsOptions,
  ofLevel: (severity: ThresholdSeverity) => string,
): PanelSpec {
  return stat(
    {
      ...options,
      unit: 'none',
      noValue: '0',
      thresholds: steps(levelColor.healthy),
      targets: thresholdSeverities
        .toReversed()
        .map((severity) =>
          instantQuery(`count(${ofLevel(severity)}) or vector(0)`, { refId: severity, legend: severity }),
        ),
      overrides: thresholdSeverities.map((severity) =>
        forField(severity, { thresholds: steps(levelColor.healthy, [1, levelColor[severity]]) }),
      ),
    },
    { colorMode: 'background', textMode: 'value_and_name' },
  )
}

/** The selected alerts of a level that fire in Prometheus itself. */
export function firingAlerts(severity: ThresholdSeverity): string {
  return selected('ALERTS', [is('alertstate', 'firing'), is(names.label.severity, severity)])
}

/** How many alerts of KPIs fire in Prometheus itself, by level, whatever the recorder knows of them. */
export function firingCounts(size: { width: number; height: number }): PanelSpec {
  return countsByLevel(
    {
      ...size,
      title: 'Firing now, by level',
      description:
        'Alerts of KPIs that Prometheus has firing. Milder levels fire along with worse ones. ' +
        'Should the history beside it disagree for long, look at the pipeline’s health.',
    },
    firingAlerts,
  )
}

/** How many alerts of KPIs fired within the chosen window in Prometheus itself, by level; also those that ended since. */
export function firedCounts(size: { width: number; height: number }): PanelSpec {
  return countsByLevel(
    {
      ...size,
      title: `By level over $${variable.window}`,
      description:
        'Alerts of KPIs that Prometheus had firing at any time of the chosen window. Milder levels fire along with worse ones.',
    },
    (severity) => `max_over_time(${firingAlerts(severity)}[$${variable.window}])`,
  )
}

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
