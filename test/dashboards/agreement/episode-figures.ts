import { thresholdSeverities } from '@mnemoscope/kpi'
import type { DashboardData } from '@mnemoscope/recorder'
import type { Page } from 'playwright-core'
import type { Figure } from './figure.js'
import { drillDown, idOfTitle, kpis } from './kpis.js'
import { historyRows, ofData } from './read-page.js'
import { readOff, shownOf } from './shown.js'
import { FROM, fired, rank, TO } from './sql.js'
import { sectionOf } from './views.js'

type Episode = DashboardData['open_alerts'][number]

const began = (at: unknown) => Math.round(new Date(at as string).getTime() / 1_000)
const totals = 'Episodes and time to recover'

/** How many there are of each thing. */
function counted(things: readonly string[]) {
  return shownOf([...new Set(things)], (each) => [[each, things.filter((other) => other === each).length]])
}

/** A number of each episode of a KPI: `level kpi start`. */
function perEpisode(
  name: string,
  column: string,
  ofReport: (episode: Episode) => number | null,
  page?: Figure['views']['page'],
): Figure {
  return {
    name,
    sql: `SELECT severity || ' ' || kpi || ' ' || extract(epoch FROM starts_at)::bigint AS key, ${column} AS value
      FROM alert_episodes WHERE ${fired} AND kpi IS NOT NULL AND ${column} IS NOT NULL`,
    views: {
      ...(page === undefined ? {} : { page }),
      report: ({ report }) =>
        shownOf(
          report.recent_alerts.filter(({ metric_type }) => metric_type !== null),
          (episode) => [[`${episode.level} ${episode.metric_type} ${episode.timestamp}`, ofReport(episode)]],
        ),
      dashboards: async ({ dashboards }) =>
        shownOf(
          (await dashboards.sql('alert-history', 'Episodes')).filter(({ model }) => model !== null),
          ({ severity, kpi, since, until, lasted, ...row }) => [
            [
              `${severity} ${kpi} ${began(since)}`,
              column in row ? (row[column] as number) : until === null ? null : Number(lasted),
            ],
          ],
        ),
    },
  }
}

/** What the alert history says. */
export const episodeFigures: readonly Figure[] = [
  {
    name: 'episodes by level',
    sql: `SELECT severity AS key, count(*)::float8 AS value FROM alert_episodes WHERE ${fired} GROUP BY 1`,
    views: {
      page: async ({ page }) => counted((await historyRows(page)).map(({ level }) => level)),
      report: ({ report }) =>
        shownOf(
          Object.entries(report.alert_summary.alert_counts).filter(([, count]) => count > 0),
          (entry) => [entry],
        ),
      text: ({ text }) => byLevel(text, 1),
      dashboards: async ({ dashboards }) =>
        shownOf(await dashboards.sql('alert-history', totals), ({ severity, episodes }) => [
          [String(severity), Number(episodes)],
        ]),
    },
  },
  {
    name: 'episodes in all',
    sql: `SELECT 'all' AS key, count(*)::float8 AS value FROM alert_episodes WHERE ${fired}`,
    views: {
      page: async ({ page }) =>
        shownOf([await page.locator('#history-count').textContent()], (text) => [
          ['all', readOff(text ?? '')],
        ]),
      report: ({ report }) => shownOf([report.alert_summary.total_alerts], (count) => [['all', count]]),
    },
  },
  {
    name: 'open episodes by level',
    sql: `SELECT severity AS key, count(*)::float8 AS value FROM alert_episodes WHERE ends_at IS NULL GROUP BY 1`,
    views: {
      page: async ({ page }) =>
        counted((await historyRows(page)).filter(({ isOpen }) => isOpen).map(({ level }) => level)),
      report: ({ report }) => counted(report.open_alerts.map(({ level }) => String(level))),
      text: ({ text }) => byLevel(text, 2),
      dashboards: async ({ dashboards }) =>
        shownOf(await dashboards.sql('alert-history', totals), ({ severity, open }) => [
          [String(severity), Number(open)],
        ]),
    },
  },
  {
    name: 'open episodes by level, as Prometheus itself has them',
    sql: `SELECT severity AS key, count(*)::float8 AS value FROM alert_episodes
      WHERE ends_at IS NULL AND kpi IS NOT NULL GROUP BY 1`,
    views: {
      dashboards: async ({ dashboards }) =>
        shownOf(
          await Promise.all(
            thresholdSeverities.map(async (level) => ({
              level,
              series: await dashboards.promql('overview', 'Firing now, by level', level),
            })),
          ),
          ({ level, series }) => [[level, series[0]?.samples[0]?.[1]]],
        ),
    },
  },
  {
    name: 'seconds of firing, mean and median time to recover by level',
    sql: `SELECT severity || ' ' || name AS key, number AS value FROM (
        SELECT severity,
          sum(extract(epoch FROM least(coalesce(ends_at, now()), ${TO}) - greatest(starts_at, ${FROM})))::float8 AS firing,
          avg(extract(epoch FROM ends_at - starts_at)) FILTER (WHERE closed_how IN ('resolved', 'reconciled'))::float8 AS mean,
          percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM ends_at - starts_at)::float8)
            FILTER (WHERE closed_how IN ('resolved', 'reconciled')) AS median
        FROM alert_episodes WHERE ${fired} GROUP BY 1
      ) AS levels, LATERAL (VALUES ('firing', firing), ('mean', mean), ('median', median)) AS listed (name, number)
      WHERE number IS NOT NULL`,
    views: {
      dashboards: async ({ dashboards }) =>
        shownOf(await dashboards.sql('alert-history', totals), ({ severity, firing, ...rest }) => [
          [`${severity} firing`, Number(firing)],
          [`${severity} mean`, rest.mean_recovery === null ? null : Number(rest.mean_recovery)],
          [`${severity} median`, rest.median_recovery === null ? null : Number(rest.median_recovery)],
        ]),
    },
  },
  {
    name: 'episodes that began, by level',
    sql: `SELECT severity AS key, count(*)::float8 AS value FROM alert_episodes
      WHERE starts_at BETWEEN ${FROM} AND ${TO} GROUP BY 1`,
    views: {
      dashboards: async ({ dashboards }) => {
        const rows = await dashboards.sql('alert-history', 'Episodes begun, by level')
        return counted(
          rows.flatMap(({ metric, episodes }) => Array<string>(Number(episodes)).fill(String(metric))),
        )
      },
    },
  },
  {
    name: 'what fires most, seconds and episodes',
    sql: `SELECT coalesce(kpi, alertname) || ' ' || name AS key, number AS value FROM (
        SELECT kpi, alertname, CASE name WHEN 'episodes' THEN count(*)::float8 ELSE sum(extract(epoch FROM
          least(coalesce(ends_at, now()), ${TO}) - greatest(starts_at, ${FROM})))::float8 END AS number, name
        FROM (SELECT kpi, CASE WHEN kpi IS NULL THEN alertname END AS alertname, starts_at, ends_at
              FROM alert_episodes WHERE ${fired}) AS episodes, (VALUES ('episodes'), ('firing')) AS names (name)
        GROUP BY kpi, alertname, name
      ) AS causes`,
    views: {
      dashboards: async ({ dashboards }) =>
        shownOf(await dashboards.sql('alert-history', 'What fires most'), ({ kpi, episodes, firing }) => [
          [`${kpi} episodes`, Number(episodes)],
          [`${kpi} firing`, Number(firing)],
        ]),
    },
  },
  {
    name: 'alerts of each KPI in its own dashboard',
    sql: `SELECT kpi || ' ' || severity || ' ' || extract(epoch FROM starts_at)::bigint || ' ' || name AS key, number AS value
      FROM alert_episodes, LATERAL (VALUES ('value', value), ('worst', peak_value), ('threshold', threshold)) AS v (name, number)
      WHERE ${fired} AND kpi IS NOT NULL`,
    views: {
      dashboards: async ({ dashboards }) => {
        const all = await Promise.all(
          kpis.map(async ({ id, title }) =>
            (await dashboards.sql(drillDown(id), `Alerts of ${title}`)).map((row) => ({
              id,
              row,
            })),
          ),
        )
        return shownOf(all.flat(), ({ id, row }) => {
          const key = `${id} ${row.severity} ${began(row.since)}`
          return [
            [`${key} value`, row.value as number],
            [`${key} worst`, row.peak_value as number],
            [`${key} threshold`, row.threshold as number],
          ]
        })
      },
    },
  },
  {
    name: 'rank of the worst level that fired in the window, as Prometheus itself has it',
    sql: `SELECT kpi || ' ' || model AS key, max(${rank})::float8 AS value
      FROM alert_episodes WHERE ${fired} AND kpi IS NOT NULL GROUP BY 1`,
    views: {
      dashboards: async ({ dashboards }) =>
        shownOf(
          await dashboards.promql('alert-history', 'Worst level by KPI, model, context size and operation'),
          ({ labels, samples }) => [
            [`${labels.kpi} ${labels.model}`, Math.max(...samples.map(([, value]) => value))],
          ],
        ),
    },
  },
  perEpisode('the value that each episode began with', 'value', (episode) => episode.current_value),
  perEpisode(
    'the worst value of each episode',
    'peak_value',
    (episode) => episode.peak_value,
    async ({ page }) =>
      shownOf(await ofKpis(page), ({ level, kpi, began: at, worst }) => [
        [`${level} ${kpi} ${began(at)}`, worst === null ? null : ofData(worst)],
      ]),
  ),
  perEpisode(
    'the threshold of each episode',
    'threshold',
    (episode) => episode.threshold,
    async ({ page }) =>
      shownOf(await ofKpis(page), ({ level, kpi, began: at, threshold }) => [
        [`${level} ${kpi} ${began(at)}`, readOff(threshold)],
      ]),
  ),
  perEpisode(
    'the seconds that each episode lasted',
    'extract(epoch FROM ends_at - starts_at)::float8',
    ({ ends_at, timestamp }) => (ends_at === null ? null : ends_at - timestamp),
  ),
]

/** A column of the report's table of levels, levels with none left out. */
function byLevel(text: string, column: number) {
  return shownOf(
    sectionOf(text, 'ALERT SUMMARY')
      .slice(1)
      .filter((cells) => cells[column] !== '0'),
    (cells) => [[(cells[0] as string).toLowerCase(), readOff(cells[column] as string)]],
  )
}

/** Rows of the history that are of a KPI. */
async function ofKpis(page: Page) {
  return (await historyRows(page)).flatMap((row) => {
    const kpi = idOfTitle.get(row.what.split(' of ')[0] ?? '')
    return kpi === undefined ? [] : [{ ...row, kpi }]
  })
}
