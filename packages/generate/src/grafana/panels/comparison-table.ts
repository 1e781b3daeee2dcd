import { isQuantile, type Kpi, type Quantile, quantileOf } from '@mnemoscope/kpi'
import { grafanaUnit, noMeasurement, unknownCell } from '../kpi-panel.js'
import { hasThresholds, kpiThresholds, unknownMapping } from '../levels.js'
import { dashboardUid, rowLink } from '../links.js'
import { forField } from '../panel.js'
import { placesSql, sqlQuery, wholeHoursSql } from '../query.js'
import type { PanelSpec } from '../schema.js'
import { table } from '../table.js'

/** The mean of each KPI over its operations, and the quantile that it is judged by, one row for each service, model, context size and operation. */
export function comparisonTable(kpis: readonly Kpi[]): PanelSpec {
  return table({
    title: 'Mean of each KPI, by model, context size and operation',
    description:
      'Mean over the operations in the time range, each counted once; of a gauge over its readings, which are of a ' +
      'process that models may share. A quantile is of all these operations together. Exactly the time range. Empty: never measured in it.',
    width: 24,
    height: 10,
    unit: 'none',
    noValue: noMeasurement,
    targets: [sqlQuery(meansSql(kpis))],
    overrides: columnsOf(kpis).map(({ name, kpi, of }) =>
      forField(name, {
        displayName: `${kpi.title}, ${of} of ${kpi.instrument === 'gauge' ? 'readings' : 'operations'}`,
        unit: grafanaUnit(kpi.unit),
        thresholds: kpiThresholds(kpi),
        mappings: [unknownMapping(unknownCell)],
        color: { mode: 'thresholds' },
        'custom.cellOptions': hasThresholds(kpi) ? { type: 'color-text' } : { type: 'auto' },
        links: [
          rowLink(`${kpi.title} here`, dashboardUid.kpi(kpi.id), {
            service: 'service',
            model: 'model',
            contextSize: 'context_size',
            operation: 'operation',
          }),
        ],
      }),
    ),
  })
}

interface Column {
  readonly name: string
  readonly kpi: Kpi
  readonly of: 'mean' | Quantile
}

/** The columns of numbers: the mean of each KPI, and after it the quantile that it is judged by. */
function columnsOf(kpis: readonly Kpi[]): Column[] {
  return kpis.flatMap((kpi): Column[] => [
    { name: kpi.id, kpi, of: 'mean' },
    ...(isQuantile(kpi.statistic)
      ? [{ name: `${kpi.id}_${kpi.statistic}`, kpi, of: kpi.statistic } as const]
      : []),
  ])
}

/** What the operations of each place come to, put together once: inlined, it would be for every place anew. */
function meansSql(kpis: readonly Kpi[]): string {
  const columns = columnsOf(kpis)
  const numbers = columns.map(
    ({ name, kpi, of }) =>
      `  max(${of === 'mean' ? 'mean' : 'quantile'}) FILTER (WHERE kpi = '${kpi.id}') AS ${name},`,
  )
  const quantiles = columns.flatMap(({ kpi: { id }, of }) =>
    of === 'mean' ? [] : [{ id, when: `WHEN '${id}' THEN ${quantileOf(of)}` }],
  )
  const ids = quantiles.map(({ id }) => `'${id}'`).join(', ')
  const quantile =
    quantiles.length === 0
      ? 'NULL::float8'
      : `quantile_of_buckets(kpi, sum(buckets) FILTER (WHERE kpi IN (${ids})), CASE kpi ${quantiles.map(({ when }) => when).join(' ')} END)`
  return `
WITH ${wholeHoursSql}, ${placesSql}, means AS MATERIALIZED (
  SELECT series_id, kpi, mean_of(sum(samples_total), sum(samples), sum(total), sum(count)) AS mean,
    ${quantile} AS quantile
  FROM window_parts($__timeFrom()::timestamptz, $__timeTo()::timestamptz)
  GROUP BY series_id, kpi
), instants AS MATERIALIZED (
  SELECT series_id, sum(snapshots) AS snapshots FROM (
    SELECT series_id, sum(snapshots) AS snapshots FROM hours JOIN series_hourly USING (hour) GROUP BY series_id
    UNION ALL
    SELECT of_hour.* FROM rest CROSS JOIN LATERAL (
      SELECT series_id, count(DISTINCT at) FROM snapshots WHERE at >= since AND at < until GROUP BY series_id
    ) AS of_hour
  ) AS of_hours
  GROUP BY series_id
)
SELECT
  service,
  model,
  context_size,
  operation,
${numbers.join('\n')}
  max(snapshots) AS snapshots
FROM places JOIN means USING (series_id) JOIN instants USING (series_id)
GROUP BY service, model, context_size, context_tokens, operation
ORDER BY service, model, context_tokens NULLS LAST, operation`
}
