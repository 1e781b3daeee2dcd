import type { Config } from '@mnemoscope/kpi'
import { timeSeries } from '../../charts.js'
import { forField } from '../../panel.js'
import { sqlQuery } from '../../query.js'
import type { PanelSpec } from '../../schema.js'
import { table } from '../../table.js'

/** What the database holds: rows by instant, instants of which nothing is known, how far alerts are reconciled. */
export function historyPanels(config: Config): PanelSpec[] {
  const base = { height: 8, unit: 'short' }
  return [
    timeSeries(
      {
        ...base,
        title: 'Rows by instant',
        description: 'Rows of snapshots stored for the aligned instants. 0: a gap, or nothing was reported.',
        width: 10,
        noValue: 'no snapshot in this time range',
        maxDataPoints: config.dashboard.maxDataPoints,
        targets: [
          sqlQuery(
            `
SELECT $__timeGroupAlias(at, $__interval), max(rows) AS rows
FROM snapshot_instants
WHERE $__timeFilter(at)
GROUP BY 1
ORDER BY 1`,
            'time_series',
          ),
        ],
      },
      { draw: 'bars' },
    ),
    table({
      ...base,
      title: 'Gaps',
      description: 'Aligned instants in the time range of which nothing is known, and why.',
      width: 8,
      noValue: 'no gap in this time range',
      targets: [
        sqlQuery(`
SELECT gap, min(at) AS first, max(at) AS last, count(*) AS instants
FROM snapshot_instants
WHERE gap IS NOT NULL
  AND $__timeFilter(at)
GROUP BY gap
ORDER BY last DESC`),
      ],
    }),
    table({
      ...base,
      title: 'Alert history reconciled',
      description: 'How long ago the alert history last agreed with what Prometheus has stored.',
      width: 6,
      noValue: 'not reconciled yet',
      targets: [
        sqlQuery(
          'SELECT cluster, min(extract(epoch FROM now() - reached)) AS age FROM reconciles GROUP BY cluster ORDER BY cluster',
        ),
      ],
      overrides: [forField('age', { displayName: 'agrees until', unit: 's' })],
    }),
  ]
}
