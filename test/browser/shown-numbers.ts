import type { Page } from 'playwright-core'
import type { SeededRecorder } from './seeded-recorder.js'

/** Every stored number that the page shows, by what it is of; times and values that were computed are not among them. */
export interface ShownNumbers {
  /** `model kpi`: newest value. */
  readonly status: Readonly<Record<string, number>>
  /** `model kpi`: mean over the window; `model count`: snapshots. */
  readonly comparison: Readonly<Record<string, number>>
  /** Episode's id: worst value. */
  readonly worst: Readonly<Record<string, number>>
  readonly firing: number
  readonly episodes: number
  /** Last point of each series in the chart of the F1 score. */
  readonly chart: Readonly<Record<string, number>>
}

const titles: Readonly<Record<string, string>> = {
  'F1 score': 'f1_score',
  Latency: 'latency',
  'Token usage': 'token_usage',
  'Memory usage': 'memory_usage',
  'Context utilization': 'context_utilization',
  'Adaptation success rate': 'adaptation_success_rate',
  'Overflow frequency': 'overflow_frequency',
  Snapshots: 'count',
}

/** Reads the page: the exact value of each figure is the `value` of its `<data>`. */
export async function numbersOnPage(page: Page): Promise<ShownNumbers> {
  const table = async (section: string) => {
    const found = await page.locator(`#${section} tbody td data`).evaluateAll((all) =>
      all.map((node) => ({
        model: node.closest('tr')?.querySelector('th')?.textContent ?? '',
        column: node.closest('td')?.dataset.column ?? '',
        value: Number(node.getAttribute('value')),
      })),
    )
    return byKey(found.map(({ model, column, value }) => [`${model} ${titles[column] ?? column}`, value]))
  }
  const worst = await page.locator('#history tbody td[data-column="Worst"] data').evaluateAll((all) =>
    all.map((node) => ({
      id: node.closest('tr')?.dataset.episode ?? '',
      value: Number(node.getAttribute('value')),
    })),
  )
  const count = async (selector: string) =>
    Number((await page.locator(selector).textContent())?.replaceAll(',', '') || 0)
  await page.locator('#chart-f1_score .plot').focus()
  await page.keyboard.press('End')
  const reading = await page.locator('#chart-f1_score .reading').textContent()
  return {
    status: await table('newest'),
    comparison: await table('comparison'),
    worst: byKey(worst.map(({ id, value }) => [id, value])),
    firing: await count('#firing-count'),
    episodes: await count('#history-count'),
    chart: byKey(
      [...(reading ?? '').matchAll(/(model-\d+)(?: · \w+)? · \w+: ([\d.]+)/g)].map(([, model, value]) => [
        model as string,
        Number(value),
      ]),
    ),
  }
}

/** The same, from the tables alone. */
export async function numbersInSql({ query }: SeededRecorder, newest: number): Promise<ShownNumbers> {
  const status = await query<{ key: string; value: number }>(
    `SELECT model || ' ' || kpi AS key, value FROM snapshots JOIN series ON series.id = series_id
     WHERE at = to_timestamp($1)`,
    [newest],
  )
  const comparison = await query<{ key: string; value: number }>(
    `SELECT model || ' ' || kpi AS key, avg(value) AS value FROM snapshots JOIN series ON series.id = series_id
     WHERE at >= now() - interval '24 hours' GROUP BY model, kpi
     UNION ALL
     SELECT model || ' count', count(DISTINCT at)::float8 FROM snapshots JOIN series ON series.id = series_id
     WHERE at >= now() - interval '24 hours' GROUP BY model`,
  )
  const worst = await query<{ id: string; peak_value: number }>(
    'SELECT id, peak_value FROM alert_episodes ORDER BY starts_at DESC, id DESC LIMIT 20',
  )
  const [counts] = await query<{ firing: number; episodes: number }>(
    `SELECT count(*) FILTER (WHERE ends_at IS NULL)::int AS firing, count(*)::int AS episodes FROM alert_episodes`,
  )
  const chart = await query<{ model: string; value: number }>(
    `SELECT model, round(value::numeric, 3)::float8 AS value FROM snapshots JOIN series ON series.id = series_id
     WHERE kpi = 'f1_score' AND at = to_timestamp($1)`,
    [newest],
  )
  return {
    status: byKey(status.map(({ key, value }) => [key, value])),
    comparison: byKey(comparison.map(({ key, value }) => [key, value])),
    worst: byKey(worst.map(({ id, peak_value }) => [id, peak_value])),
    firing: counts?.firing ?? 0,
    episodes: counts?.episodes ?? 0,
    chart: byKey(chart.map(({ model, value }) => [model, value])),
  }
}

/** Means may differ in the last bits with the order in which they were added up. */
function byKey(entries: readonly (readonly [string, number])[]): Record<string, number> {
  return Object.fromEntries(entries.map(([key, value]) => [key, Number(value.toPrecision(12))]))
}
