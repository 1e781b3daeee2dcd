import { valueText } from '@mnemoscope/kpi'
import { courses, isSnapshot, newestSamples } from './ask-kpis.js'
import type { Figure } from './figure.js'
import { drillDown, idOfTitle, kpis } from './kpis.js'
import { chartPoints } from './read-page.js'
import { readOff, shownOf } from './shown.js'
import { inWindow, TO } from './sql.js'
import { sectionOf } from './views.js'

/** How KPIs went over the window. */
export const courseFigures: readonly Figure[] = [
  {
    name: 'the course of the F1 score',
    sql: `SELECT model || ' ' || row_number() OVER (PARTITION BY model ORDER BY at) AS key, value
      FROM ${inWindow} AND kpi = 'f1_score'`,
    views: {
      page: ({ page }) => chartPoints(page, 'f1_score'),
      dashboards: async ({ dashboards }) =>
        shownOf(await dashboards.promql('overview', 'F1 score'), ({ labels, samples }) =>
          samples.filter(isSnapshot).map(([, value], i) => [`${labels.model} ${i + 1}`, value] as const),
        ),
    },
  },
  {
    name: 'the course of each KPI',
    sql: `SELECT kpi || ' ' || model || ' ' || extract(epoch FROM at)::bigint AS key, value FROM ${inWindow}`,
    views: {
      dashboards: (views) => courses(views, ({ title }) => ['overview', title]),
    },
  },
  {
    name: 'the course of each KPI in its own dashboard',
    sql: `SELECT kpi || ' ' || model || ' ' || extract(epoch FROM at)::bigint AS key, value FROM ${inWindow}`,
    views: {
      dashboards: (views) =>
        courses(views, ({ id, title }) => [drillDown(id), `${title} and its thresholds`, 'A']),
    },
  },
  ...['worst first', 'averaged over $window'].map(
    (panel): Figure => ({
      name: `averages of the judged value in the last 45 minutes, ${panel}`,
      sql: `SELECT kpi || ' ' || model AS key, avg(value) AS value FROM ${inWindow} AND at > ${TO} - interval '45 minutes'
        GROUP BY 1`,
      views: {
        dashboards: async (views) => {
          const shown = await newestSamples(
            views,
            (kpi) => ['model-comparison', `${kpi.title}: ${valueText(kpi)}, ${panel}`],
            { window: '45m' },
          )
          // Prometheus has a value for each evaluation, twice as many as snapshots; they differ in what the ends weigh.
          return new Map([...shown].map(([key, { value }]) => [key, { value, within: value / 50 }]))
        },
      },
    }),
  ),
  {
    name: 'the course over all models, in the least whole number of minutes that makes at most 48 steps',
    sql: `SELECT kpi || ' ' || extract(epoch FROM date_bin('3 minutes', at, 'epoch'))::bigint AS key, avg(value) AS value
      FROM ${inWindow} GROUP BY 1`,
    views: {
      report: ({ report }) =>
        shownOf(Object.entries(report.trend_details), ([kpi, { points }]) =>
          points.map(([at, value]) => [`${kpi} ${at}`, value] as const),
        ),
    },
  },
  {
    name: 'the last step of it',
    sql: `SELECT DISTINCT ON (kpi) kpi AS key, avg(value) AS value FROM ${inWindow}
      GROUP BY kpi, date_bin('3 minutes', at, 'epoch') ORDER BY kpi, date_bin('3 minutes', at, 'epoch') DESC`,
    views: {
      report: ({ report }) =>
        shownOf(kpis, ({ id }) => [[id, (report.trends[`${id}_trend`] as number[]).at(-1)]]),
      text: ({ text }) =>
        // What the value is of stands behind the KPI. A note stands below the table.
        shownOf(sectionOf(text, 'PERFORMANCE TRENDS').slice(1), ([title = '', , newest = '']) => {
          const id = idOfTitle.get(title.replace(/ \(\w+\)$/, ''))
          return id === undefined ? [] : [[id, readOff(newest)]]
        }),
    },
  },
  {
    name: 'the slope of it an hour, the median of all pairs',
    sql: `WITH steps AS (
        SELECT kpi, date_bin('3 minutes', at, 'epoch') AS step, avg(value) AS value FROM ${inWindow} GROUP BY 1, 2
      )
      SELECT a.kpi AS key, percentile_cont(0.5) WITHIN GROUP (
        ORDER BY 3600 * (b.value - a.value) / extract(epoch FROM b.step - a.step)) AS value
      FROM steps AS a JOIN steps AS b ON a.kpi = b.kpi AND a.step < b.step GROUP BY 1`,
    views: {
      report: ({ report }) =>
        shownOf(Object.entries(report.trend_details), ([kpi, { slope_per_hour: slope }]) => [
          // Of a level course the last bits are left, which are no share of anything.
          [kpi, slope === null ? null : { value: slope, within: Math.max(1e-9, Math.abs(slope) * 1e-9) }],
        ]),
    },
  },
  {
    name: 'how far each KPI is from 45 minutes ago',
    sql: `SELECT now.kpi || ' ' || model AS key, now.value - before.value AS value
      FROM snapshots AS now JOIN snapshots AS before USING (series_id, kpi) JOIN series ON series.id = series_id
      WHERE now.at = ${TO} AND before.at = ${TO} - interval '45 minutes'`,
    views: {
      dashboards: (views) =>
        newestSamples(views, ({ title }) => ['overview', `${title}: change over $window`], { window: '45m' }),
    },
  },
]
