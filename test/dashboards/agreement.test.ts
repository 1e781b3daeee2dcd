import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { chromium, describeInBrowser, openPage } from '../browser/browser.js'
import { launchChromium } from '../harness/chromium.js'
import { alertFigures } from './agreement/alert-figures.js'
import { configFigures } from './agreement/config-figures.js'
import { courseFigures } from './agreement/course-figures.js'
import { episodeFigures } from './agreement/episode-figures.js'
import { disagreements, type Figure, type ViewName } from './agreement/figure.js'
import { newestFigures } from './agreement/newest-figures.js'
import { pageAddress, reportOf, type Story, startStory, type Views } from './agreement/views.js'
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
    ;[story, browser] = await Promise.all([
      startStory(),
      'missing' in chromium ? Promise.reject(new Error(chromium.missing)) : launchChromium(chromium),
    ])
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

  test('leave out no exact number of the page', async () => {
    const elsewhere = await views.page
      .locator('data')
      .evaluateAll((all) =>
        all
          .filter((node) => !node.closest('#verdict, #status, #comparison, #history, .figures, .leads'))
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

/** What services measured between snapshots: their buckets, counters and readings are in no table. */
const ofPrometheusAlone =
  /: distribution$|^Operations measured$|^Share beyond each threshold$|^By \w+( over \$window)?$| of each process$/
