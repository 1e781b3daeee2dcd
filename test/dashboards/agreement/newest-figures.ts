import { newestSamples } from './ask-kpis.js'
import type { Figure } from './figure.js'
import { drillDown, kpis, worstOfKpi } from './kpis.js'
import { kpiCells } from './read-page.js'
import { shownOf } from './shown.js'
import { newest } from './sql.js'

const histograms = kpis.filter(({ instrument }) => instrument === 'histogram')

/** What the newest snapshots say. */
export const newestFigures: readonly Figure[] = [
  {
    name: 'each KPI of each model now',
    sql: `SELECT kpi || ' ' || model AS key, value FROM ${newest}`,
    views: {
      page: ({ page }) => kpiCells(page, 'newest'),
      report: ({ report }) =>
        shownOf(report.current, ({ model, kpis: current }) =>
          Object.entries(current).map(([kpi, { value }]) => [`${kpi} ${model}`, value] as const),
        ),
      dashboards: (views) => newestSamples(views, ({ id }) => ['overview', 'Every KPI now', id]),
    },
  },
  {
    name: 'each KPI of each model in its own dashboard',
    sql: `SELECT kpi || ' ' || model AS key, value FROM ${newest}`,
    views: {
      dashboards: (views) => newestSamples(views, ({ id, title }) => [drillDown(id), `${title} now`]),
    },
  },
  {
    name: 'the worst of them',
    sql: `SELECT kpi AS key, ${worstOfKpi} AS value
      FROM ${newest} GROUP BY kpi`,
    views: {
      dashboards: async ({ dashboards }) =>
        shownOf(
          await Promise.all(
            kpis.map(async ({ id, title }) => ({
              id,
              series: await dashboards.promql('overview', `${title}: worst now`),
            })),
          ),
          ({ id, series }) => [[id, series[0]?.samples[0]?.[1]]],
        ),
    },
  },
  {
    name: 'new measurements',
    sql: `SELECT kpi || ' ' || model AS key, samples AS value FROM ${newest}`,
    views: {
      report: ({ report }) =>
        shownOf(report.current, ({ model, kpis: current }) =>
          Object.entries(current).map(([kpi, { samples }]) => [`${kpi} ${model}`, samples] as const),
        ),
      dashboards: (views) => newestSamples(views, ({ id }) => [drillDown(id), 'New measurements']),
    },
  },
  ...(['p50', 'p95', 'p99'] as const).map(
    (quantile): Figure => ({
      name: `${quantile} now`,
      sql: `SELECT kpi || ' ' || model AS key, ${quantile} AS value FROM ${newest} AND ${quantile} IS NOT NULL`,
      views: {
        report: ({ report }) =>
          shownOf(report.current, ({ model, kpis: current }) =>
            Object.entries(current).map(([kpi, known]) => [`${kpi} ${model}`, known[quantile]] as const),
          ),
        dashboards: (views) =>
          newestSamples(views, ({ id, title }) => [drillDown(id), `${title}: quantiles`, quantile], {
            of: histograms,
          }),
      },
    }),
  ),
]
