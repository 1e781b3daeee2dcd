import { thresholdSeverities } from '@mnemoscope/kpi'
import type { Page } from 'playwright-core'
import type { Figure } from './figure.js'
import { drillDown, kpis } from './kpis.js'
import { kpiOfTitle } from './read-page.js'
import { readOff, shownOf } from './shown.js'
import { FROM, TO } from './sql.js'

/** KPIs of the configuration in force, as `kpi`. */
const kpisInForce = `(SELECT config FROM config_changes ORDER BY id DESC LIMIT 1) AS newest, jsonb_each(config -> 'kpis') AS kpi`

const levelRows = thresholdSeverities.map((level) => `('${level}')`).join(', ')

/** Rows of the page's table of thresholds; those of single models and sizes stand below their KPI, after a dash. */
async function thresholdRowsOf(page: Page) {
  const rows = await page.locator('#config-list tbody tr').evaluateAll((all) =>
    all.map((row) => ({
      title: row.querySelector('th')?.textContent ?? '',
      cells: [...row.querySelectorAll('td')].map((cell) => ({
        level: cell.getAttribute('data-column')?.split(' ')[0] ?? '',
        text: cell.textContent ?? '',
      })),
    })),
  )
  let kpi = ''
  return rows.map(({ title, cells }) => {
    if (!title.startsWith('–')) kpi = kpiOfTitle(title)
    const known = cells.filter(
      ({ level, text }) => text !== '–' && (thresholdSeverities as readonly string[]).includes(level),
    )
    return { kpi, title, cells: known }
  })
}

/** What the configuration says, and what is missing from the history. */
export const configFigures: readonly Figure[] = [
  {
    name: 'thresholds in force',
    sql: `SELECT kpi.key || ' ' || level.key AS key, level.value::float8 AS value
      FROM ${kpisInForce}, jsonb_each_text(kpi.value -> 'thresholds') AS level`,
    views: {
      page: async ({ page }) => {
        const rows = await thresholdRowsOf(page)
        return shownOf(
          rows.filter(({ title }) => !title.startsWith('–')),
          ({ kpi, cells }) => cells.map(({ level, text }) => [`${kpi} ${level}`, readOff(text)] as const),
        )
      },
      report: ({ report }) =>
        shownOf(report.kpis, ({ id, thresholds }) =>
          Object.entries(thresholds).map(([level, value]) => [`${id} ${level}`, value] as const),
        ),
      dashboards: async ({ dashboards }) => {
        const lines = kpis.flatMap(({ id, title, thresholds }) =>
          thresholdSeverities
            .filter((level) => thresholds[level] !== undefined)
            .map((level, i) => ({ id, title, level, refId: `threshold_${i + 1}` })),
        )
        return shownOf(
          await Promise.all(
            lines.map(async ({ id, title, level, refId }) => ({
              key: `${id} ${level}`,
              series: await dashboards.promql(drillDown(id), `${title} and its thresholds`, refId),
            })),
          ),
          ({ key, series }) => [[key, series[0]?.samples.at(-1)?.[1]]],
        )
      },
    },
  },
  {
    name: 'thresholds of single context sizes, with those that they leave as they are',
    sql: `SELECT kpi.key || ' ' || level || ' ' || (override ->> 'contextSize') AS key,
        coalesce(override -> 'thresholds' ->> level, kpi.value -> 'thresholds' ->> level)::float8 AS value
      FROM ${kpisInForce}, jsonb_array_elements(kpi.value -> 'overrides') AS override, (VALUES ${levelRows}) AS l (level)`,
    views: {
      page: async ({ page }) => {
        const rows = await thresholdRowsOf(page)
        return shownOf(
          rows.filter(({ title }) => title.startsWith('–')),
          ({ kpi, title, cells }) =>
            cells.map(
              ({ level, text }) => [`${kpi} ${level} ${title.replaceAll(/\D/g, '')}`, readOff(text)] as const,
            ),
        )
      },
    },
  },
  {
    name: 'thresholds of single context sizes alone',
    sql: `SELECT kpi.key || ' ' || level.key || ' (' || (override ->> 'contextSize') || ')' AS key, level.value::float8 AS value
      FROM ${kpisInForce}, jsonb_array_elements(kpi.value -> 'overrides') AS override,
        jsonb_each_text(override -> 'thresholds') AS level`,
    views: {
      dashboards: async ({ dashboards }) =>
        shownOf(
          [await dashboards.promql(drillDown('latency'), 'Latency and its thresholds', 'threshold_4')],
          (series) => [['latency warning (131072)', series[0]?.samples.at(-1)?.[1]]],
        ),
    },
  },
  {
    name: 'settings that were changed, before and after',
    sql: `SELECT extract(epoch FROM at)::bigint || ' ' || (difference ->> 'path') || ' ' || side AS key,
        (difference ->> side)::float8 AS value
      FROM config_changes, jsonb_array_elements(differences) AS difference, (VALUES ('before'), ('after')) AS s (side)
      WHERE at BETWEEN ${FROM} AND ${TO} AND previous_sha256 IS NOT NULL`,
    views: {
      page: async ({ page }) => {
        const changes = await page.locator('#config-changes > li:has(li)').evaluateAll((all) =>
          all.flatMap((change) =>
            [...change.querySelectorAll('details li')].map((item) => ({
              at: change.querySelector('time')?.dateTime ?? '',
              text: item.textContent ?? '',
            })),
          ),
        )
        return shownOf(
          // What was changed since, when the recorder started, is beyond the window.
          changes.filter(({ at }) => new Date(at) <= new Date(TO.slice(1, 25))),
          ({ at, text }) => {
            const [, path, before = '', after = ''] = /^(\S+) (\S+) → (\S+)$/.exec(text) ?? []
            const key = `${Math.round(new Date(at).getTime() / 1_000)} ${path}`
            return [
              [`${key} before`, readOff(before)],
              [`${key} after`, readOff(after)],
            ]
          },
        )
      },
      dashboards: async ({ dashboards }) =>
        shownOf(
          await dashboards.sql('alert-history', 'Configuration changes'),
          ({ at, setting, before, after }) => {
            const key = `${Math.round((at as Date).getTime() / 1_000)} ${setting}`
            return [
              [`${key} before`, Number(before)],
              [`${key} after`, Number(after)],
            ]
          },
        ),
    },
  },
  {
    name: 'instants that nothing is known of',
    sql: `SELECT 'all' AS key, count(*)::float8 AS value FROM snapshot_instants
      WHERE gap IS NOT NULL AND at BETWEEN ${FROM} AND ${TO}`,
    views: {
      page: async ({ page }) =>
        shownOf([await page.locator('#gaps-list li').allTextContents()], (gaps) => [
          ['all', gaps.reduce((sum, text) => sum + Number(/\((\d+) snapshot/.exec(text)?.[1]), 0)],
        ]),
      dashboards: async ({ dashboards }) =>
        shownOf([await dashboards.sql('pipeline-health', 'Gaps')], (rows) => [
          ['all', rows.reduce((sum, { instants }) => sum + Number(instants), 0)],
        ]),
    },
  },
]
