import { thresholdSeverities } from '@mnemoscope/kpi'
import type { Page } from 'playwright-core'
import type { Figure } from './figure.js'
import { kpiOfTitle, ofData } from './read-page.js'
import { readOff, shownOf } from './shown.js'
import { newest, rank, thresholdRows } from './sql.js'
import { sectionOf } from './views.js'

const rankOf = (level: string | null) =>
  (thresholdSeverities as readonly (string | null)[]).indexOf(level) + 1

/** Open alerts of KPIs, the worst at each place. */
const inForce = `SELECT DISTINCT ON (kpi, service, model, context_size, operation) * FROM alert_episodes
  WHERE ends_at IS NULL AND kpi IS NOT NULL ORDER BY kpi, service, model, context_size, operation, ${rank} DESC`

/** Alert cards: the exact figures of each, by the KPI and model that head it. */
async function cards(page: Page, selector: string) {
  const found = await page.locator(`.alert ${selector}`).evaluateAll((all) =>
    all.map((node) => ({
      head: node.closest('.alert')?.querySelector('h3')?.textContent ?? '',
      name: node.closest('div')?.querySelector('dt')?.textContent ?? '',
      value: node.getAttribute('value') ?? '',
      text: node.textContent ?? '',
    })),
  )
  return found.map(({ head, ...data }) => {
    const [, title = '', model = ''] = /^(.*?) of (.*?)(?: \((?:search|generate)\))?$/.exec(head) ?? []
    return { ...data, place: `${kpiOfTitle(title)} ${model}` }
  })
}

/** What fires, and how bad it is. */
export const alertFigures: readonly Figure[] = [
  {
    name: 'rank of the level that each value has reached',
    sql: `SELECT kpi || ' ' || model AS key, (
        SELECT coalesce(max(rank) FILTER (WHERE CASE direction WHEN 'higher_is_better' THEN value <= threshold
          ELSE value >= threshold END), 0)::float8
        FROM (VALUES ${thresholdRows}) AS thresholds (of, size, rank, threshold, direction)
        WHERE of = kpi AND size IS NOT DISTINCT FROM (
          SELECT context_size WHERE (kpi, context_size) IN (SELECT of, size FROM (VALUES ${thresholdRows}) AS o (of, size, r, t, d)))
      ) AS value FROM ${newest}`,
    views: {
      page: async ({ page }) =>
        shownOf(
          await page
            .locator('#newest tbody td[data-column]')
            .evaluateAll((cells) =>
              cells.map((cell) => ({
                model: cell.closest('tr')?.querySelector('th')?.textContent ?? '',
                title: cell.getAttribute('data-column') ?? '',
                level: cell.querySelector('.badge')?.textContent ?? null,
              })),
            )
            .then((cells) =>
              cells.filter(({ title }) => !['Service', 'Operation', 'Context'].includes(title)),
            ),
          ({ model, title, level }) => [[`${kpiOfTitle(title)} ${model}`, rankOf(level)]],
        ),
      report: ({ report }) =>
        shownOf(report.current, ({ model, kpis }) =>
          Object.entries(kpis).map(([kpi, { severity }]) => [`${kpi} ${model}`, rankOf(severity)] as const),
        ),
    },
  },
  {
    name: 'rank of the level in force for each model',
    sql: `SELECT series.model AS key, coalesce(max(${rank}), 0)::float8 AS value
      FROM series LEFT JOIN alert_episodes AS episode ON episode.model = series.model AND ends_at IS NULL GROUP BY 1`,
    views: {
      dashboards: async ({ dashboards }) =>
        shownOf(await dashboards.promql('overview', 'Every KPI now', 'level'), ({ labels, samples }) => [
          [labels.model as string, samples[0]?.[1]],
        ]),
    },
  },
  {
    name: 'alerts in force',
    sql: `SELECT 'all' AS key, count(*)::float8 AS value FROM (${inForce}) AS worst`,
    views: {
      page: async ({ page }) =>
        shownOf([await page.locator('#firing-count').textContent()], (text) => [
          ['all', readOff(text ?? '')],
        ]),
      report: ({ report }) =>
        shownOf([report.open_alerts.filter(({ is_worst }) => is_worst)], ({ length }) => [['all', length]]),
      text: ({ text }) =>
        // Below each stand its addresses, further in.
        shownOf([sectionOf(text, 'WHAT TO DO').slice(1)], (rows) => [
          ['all', rows.filter(([cell = '']) => !cell.startsWith(' ')).length],
        ]),
      dashboards: async ({ dashboards }) =>
        shownOf([await dashboards.sql('overview', 'Active alerts')], ({ length }) => [['all', length]]),
    },
  },
  {
    name: 'the newest value of the worst of them, in the headline',
    sql: `SELECT worst.kpi || ' ' || worst.model AS key, newest_value AS value FROM (${inForce}) AS worst
      ORDER BY ${rank} DESC, starts_at LIMIT 1`,
    views: {
      page: async ({ page }) => {
        const [, title = '', model = ''] =
          /^(.*?) of (.*?)(?: \((?:search|generate)\))? \(\S+ context\)$/.exec(
            (await page.locator('#overall-status strong').textContent()) ?? '',
          ) ?? []
        const found = await page
          .locator('#overall-status data')
          .evaluateAll((all) =>
            all.map((node) => ({ value: node.getAttribute('value') ?? '', text: node.textContent ?? '' })),
          )
        return shownOf(found, (data) => [[`${kpiOfTitle(title)} ${model}`, ofData(data)]])
      },
    },
  },
  {
    name: 'what each of them says',
    sql: `SELECT name || ' ' || kpi || ' ' || model AS key, number AS value FROM (${inForce}) AS worst,
      LATERAL (VALUES ('newest', newest_value), ('worst', peak_value), ('at start', value)) AS figures (name, number)`,
    views: {
      page: async ({ page }) =>
        shownOf(await cards(page, '.figures data'), ({ name, place, ...data }) => [
          [`${name} ${place}`, ofData(data)],
        ]),
    },
  },
  {
    name: 'KPIs before and since an alert, as far as they moved',
    isPart: true,
    sql: `SELECT worst.kpi || ' ' || worst.model || ' ' || snapshots.kpi || ' ' || name AS key, number AS value
      FROM (${inForce}) AS worst JOIN series USING (service, model, context_size, operation), LATERAL (
        SELECT kpi,
          percentile_cont(0.5) WITHIN GROUP (ORDER BY snapshots.value) FILTER (WHERE at < starts_at) AS before,
          percentile_cont(0.5) WITHIN GROUP (ORDER BY snapshots.value) FILTER (WHERE at >= starts_at) AS since
        FROM snapshots WHERE series_id = series.id AND at >= starts_at - interval '1 hour' GROUP BY kpi
      ) AS snapshots, LATERAL (VALUES ('1', before), ('2', since)) AS sides (name, number)`,
    views: {
      page: async ({ page }) => {
        await page.locator('.alert .changes data').first().waitFor()
        const found = await page.locator('.alert .changes li').evaluateAll((all) =>
          all.map((item) => ({
            head: item.closest('.alert')?.querySelector('h3')?.textContent ?? '',
            title: item.textContent?.split(' went from ')[0] ?? '',
            sides: [...item.querySelectorAll('data')].map((node) => ({
              value: node.getAttribute('value') ?? '',
              text: node.textContent ?? '',
            })),
          })),
        )
        return shownOf(found, ({ head, title, sides }) => {
          const [, of = '', model = ''] = /^(.*?) of (.*?)(?: \((?:search|generate)\))?$/.exec(head) ?? []
          return sides.map(
            (data, i) => [`${kpiOfTitle(of)} ${model} ${kpiOfTitle(title)} ${i + 1}`, ofData(data)] as const,
          )
        })
      },
    },
  },
]
