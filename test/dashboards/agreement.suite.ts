import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { chromium, describeInBrowser, openPage } from '../browser/browser.js'
import { launchChromium } from '../harness/chromium.js'
import { startTogether } from '../harness/started.js'
import { alertFigures } from './agreement/alert-figures.js'
import { configFigures } from './agreement/config-figures.js'
import { courseFigures } from './agreement/course-figures.js'
import { episodeFigures } from './agreement/episode-figures.js'
import { disagreements, type Figure, type ViewName } from './agreement/figure.js'
import { newestFigures } from './agreement/newest-figures.js'
import { pageAddress, reportOf, type Story, sectionOf, startStory, type Views } from './agreement/views.js'
import { windowFigures } from './agreement/window-figures.js'
import { queries } from './look.js'

jest.setTimeout(60_000)

const figures = [
  ...newestFigures,
  ...windowFigures,
  ...courseFigures,
  ...alertFigures,
  ...episodeFigures,
  ...configFigures,
]
const cases = figures.flatMap((figure) =>
  (Object.keys(figure.views) as ViewName[]).map((view): [string, ViewName, Figure] => [
    figure.name,
    view,
    figure,
  ]),
)

describeInBrowser('Page, report and dashboards over the same history', () => {
  let story: Story
  let browser: Browser
  let views: Views

  beforeAll(async () => {
    ;[story, browser] = await startTogether(
      startStory(),
      'missing' in chromium ? Promise.reject(new Error(chromium.missing)) : launchChromium(chromium),
    )
    const page = await browser.newPage({ viewport: { width: 1_280, height: 900 } })
    const problems = await openPage(page, pageAddress(story.url))
    expect(problems).toEqual([])
    views = { page, ...(await reportOf(story.url)), dashboards: story.dashboards }
  }, 240_000)

  afterAll(async () => {
    await browser?.close()
    await story?.stop()
  }, 60_000)

  test.each(cases)('agree with one SQL query: %s (%s)', async (_, view, { sql, views: readers, isPart }) => {
    const { rows } = await story.postgres.read(sql)
    const known = new Map(rows.map(({ key, value }) => [String(key), Number(value)]))
    expect(known.size).toBeGreaterThan(0)
    const read = readers[view] as (views: Views) => ReturnType<NonNullable<Figure['views']['page']>>
    expect(disagreements(await read(views), known, isPart)).toEqual([])
  })

  test.each(['PERFORMANCE SUMMARY', 'MODEL PERFORMANCE', 'ALERT SUMMARY'])(
    'the report says the same as text, Markdown and HTML: %s',
    (title) => {
      const rows = sectionOf(views.text, title).slice(1)
      // Notes stand below the table.
      const cells = rows.map(full).filter((row) => row.length > 1)
      expect(cells.flat().filter((cell) => /\d/.test(cell)).length).toBeGreaterThan(2)
      for (const shown of [markdownRows(views.markdown), htmlRows(views.html)]) {
        expect(shown).toEqual(expect.arrayContaining(cells.slice(1)))
      }
    },
  )

  test('the status has the worst level and as many open alerts as the table', async () => {
    const { rows } = await story.postgres.read(
      'SELECT severity, count(*)::int AS count FROM alert_episodes WHERE ends_at IS NULL GROUP BY 1',
    )
    const worst = ['critical', 'error', 'warning', 'info'].find((level) =>
      rows.some(({ severity }) => severity === level),
    )
    expect(views.status).toMatchObject({
      status: worst,
      open: rows.reduce((sum, { count }) => sum + Number(count), 0),
    })
  })

  test('leave out no exact number of the page', async () => {
    const elsewhere = await views.page
      .locator('data')
      .evaluateAll((all) =>
        all
          .filter(
            (node) => !node.closest('#overall-status, #newest, #comparison, #history, .figures, .changes'),
          )
          .map((node) => node.outerHTML),
      )
    expect(elsewhere).toEqual([])
  })

  test('leave out no query of a dashboard but those that Prometheus alone can answer', () => {
    const left = queries
      .filter((query) => !story.dashboards.asked.has(query) && query.dashboard !== 'pipeline-health')
      .map(({ panel, target }) => ({ title: String(panel.title), isSql: target.rawSql !== undefined }))
      .filter(({ title, isSql }) => isSql || !ofPrometheusAlone.test(title))
    expect(left).toEqual([])
  })
})

/** Cells of every row of a table, those that hold nothing left out. */
function markdownRows(markdown: string): string[][] {
  return markdown
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      full(
        line
          .slice(1, -1)
          .split(' | ')
          .map((cell) => cell.replaceAll(/\\([^\w\s])/g, '$1')),
      ),
    )
}

function htmlRows(html: string): string[][] {
  return [...html.matchAll(/<tr[^>]*>(.*?)<\/tr>/gs)].map(([, row = '']) =>
    full([...row.matchAll(/<t[dh][^>]*>(.*?)<\/t[dh]>/gs)].map(([, cell = '']) => unescaped(cell))),
  )
}

function unescaped(cell: string): string {
  return cell
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}

function full(cells: readonly string[]): string[] {
  return cells.map((cell) => cell.trim()).filter((cell) => cell !== '')
}

/** What services measured between snapshots: their buckets, counters and readings are in no table. */
const ofPrometheusAlone =
  /: distribution$|^Operations measured$|^Share beyond each threshold$|^By \w+( over \$window)?$| of each process$/
