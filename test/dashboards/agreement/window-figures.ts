import { firstRows } from './ask-kpis.js'
import type { Figure } from './figure.js'
import { drillDown, idOfTitle, kpis, worstOfKpi } from './kpis.js'
import { kpiCells } from './read-page.js'
import { readOff, shownOf } from './shown.js'
import { inWindow } from './sql.js'
import { sectionOf } from './views.js'

/** The model that heads a row, without its operation. */
const modelOf = (head: string) => head.replace(/ \((?:search|generate)\)$/, '')

/** Rows of the table of models, without its head, which may have several lines, and the note below it. */
const rowsOf = (text: string) =>
  sectionOf(text, 'MODEL PERFORMANCE').filter(([, first = '']) => /^\d/.test(first))

const comparison = 'Mean of each KPI, by model, context size and operation'

/** Of operations, each counted once. */
const mean = 'sum(mean * samples) / sum(samples)'

/** What the snapshots of the window come to. */
export const windowFigures: readonly Figure[] = [
  {
    name: 'means of the window by model',
    sql: `SELECT kpi || ' ' || model AS key, ${mean} AS value FROM ${inWindow} GROUP BY 1`,
    views: {
      page: ({ page }) => kpiCells(page, 'comparison'),
      report: ({ report }) =>
        shownOf(Object.entries(report.model_performance), ([model, means]) =>
          kpis.map(({ id }) => [`${id} ${model}`, means[`avg_${id}`]] as const),
        ),
      dashboards: async ({ dashboards }) =>
        shownOf(await dashboards.sql('model-comparison', comparison), (row) =>
          kpis.map(({ id }) => [`${id} ${row.model}`, row[id] as number] as const),
        ),
    },
  },
  {
    name: 'means of the window that the report has room for',
    sql: `SELECT kpi || ' ' || model AS key, ${mean} AS value FROM ${inWindow} GROUP BY 1`,
    isPart: true,
    views: {
      text: ({ text }) => {
        const ids = kpis.map(({ id }) => id)
        return shownOf(rowsOf(text), ([model = '', ...cells]) =>
          cells
            .slice(0, -1)
            .flatMap((cell, i) =>
              ids[i] === undefined ? [] : [[`${ids[i]} ${modelOf(model)}`, readOff(cell)] as const],
            ),
        )
      },
    },
  },
  {
    name: 'snapshots of each model',
    sql: `SELECT model AS key, count(DISTINCT at)::float8 AS value FROM ${inWindow} GROUP BY 1`,
    views: {
      page: async ({ page }) =>
        shownOf(
          await page.locator('#comparison tbody tr').evaluateAll((rows) =>
            rows.map((row) => ({
              model: row.querySelector('th')?.textContent ?? '',
              count: row.querySelector('[data-column="Snapshots"]')?.textContent ?? '',
            })),
          ),
          ({ model, count }) => [[model, readOff(count)]],
        ),
      report: ({ report }) =>
        shownOf(Object.entries(report.model_performance), ([model, { count }]) => [[model, count]]),
      text: ({ text }) =>
        shownOf(rowsOf(text), (cells) => [[modelOf(cells[0] as string), readOff(cells.at(-1) as string)]]),
      dashboards: async ({ dashboards }) =>
        shownOf(await dashboards.sql('model-comparison', comparison), ({ model, snapshots }) => [
          [String(model), Number(snapshots)],
        ]),
    },
  },
  {
    name: 'average, least and greatest value of each KPI',
    sql: `SELECT name || ' ' || kpi AS key, value FROM (
        SELECT kpi, ${mean} AS average, min(value) AS lowest, max(value) AS highest FROM ${inWindow} GROUP BY kpi
      ) AS totals, LATERAL (VALUES ('avg', average), ('min', lowest), ('max', highest)) AS listed (name, value)`,
    views: {
      report: ({ report }) =>
        shownOf(
          Object.entries(report.summary).filter(([name]) => name !== 'total_snapshots'),
          ([name, value]) => [[name.replace('_', ' '), value]],
        ),
      text: ({ text }) =>
        shownOf(
          sectionOf(text, 'PERFORMANCE SUMMARY')
            .slice(1)
            .filter(([title = '']) => idOfTitle.has(title)),
          ([title = '', ...cells]) =>
            cells
              .slice(0, 3)
              .map(
                (cell, i) => [`${['avg', 'min', 'max'][i]} ${idOfTitle.get(title)}`, readOff(cell)] as const,
              ),
        ),
    },
  },
  {
    name: 'the worst snapshot of each KPI',
    sql: `SELECT kpi AS key, ${worstOfKpi} AS value
      FROM ${inWindow} GROUP BY kpi`,
    views: {
      dashboards: (views) =>
        firstRows(views, ({ id, title }) => [drillDown(id), `Worst snapshots of ${title}`]),
    },
  },
  {
    name: 'the worst measurement of each KPI',
    sql: `SELECT kpi AS key, ${worstOfKpi} AS value
      FROM measurements WHERE at > now() - interval '1 day' GROUP BY kpi`,
    views: {
      dashboards: (views) =>
        firstRows(views, ({ id, title }) => [drillDown(id), `Worst measurements of ${title}`]),
    },
  },
  {
    name: 'snapshots in all',
    sql: `SELECT 'all' AS key, count(DISTINCT (at, series_id))::float8 AS value FROM ${inWindow}`,
    views: {
      report: ({ report }) => shownOf([report.summary.total_snapshots], (count) => [['all', count]]),
      text: ({ text }) =>
        shownOf(
          sectionOf(text, 'PERFORMANCE SUMMARY').filter(([line = '']) => /^\d+ snapshots\./.test(line)),
          ([line = '']) => [['all', readOff(line)]],
        ),
    },
  },
  {
    name: 'the 20 newest snapshots',
    sql: `SELECT kpi || ' ' || model || ' ' || extract(epoch FROM at)::bigint AS key, value FROM ${inWindow}
      AND (at, series_id) IN (SELECT DISTINCT at, series_id FROM ${inWindow} ORDER BY at DESC, series_id LIMIT 20)`,
    views: {
      report: ({ report }) =>
        shownOf(report.recent_snapshots, (snapshot) =>
          kpis.map(
            ({ id }) => [`${id} ${snapshot.model} ${snapshot.timestamp}`, snapshot[id] as number] as const,
          ),
        ),
    },
  },
]
