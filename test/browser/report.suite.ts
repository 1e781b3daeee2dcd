import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { mnemoscope } from '../harness/command.js'
import { temporaryFolder } from '../harness/temporary-folder.js'
import { keepScreenshot, openPage, seriousViolations } from './browser.js'
import { describeSeeded, isWiderThanScreen } from './seeded-page.js'

describeSeeded('the HTML report of two hours with a gap of 30 minutes', (seeded) => {
  const folder = temporaryFolder('html-report')
  const file = join(folder.path, 'report.html')

  async function makeReport(): Promise<void> {
    const [from, to] = [seeded.newest - 4_500, seeded.newest - 2_700]
    await seeded.recorder.query(
      'DELETE FROM snapshots WHERE at > to_timestamp($1) AND at < to_timestamp($2)',
      [from, to],
    )
    await seeded.recorder.query(
      `UPDATE snapshot_instants SET rows = 0, gap = 'prometheus_has_no_data' WHERE at > to_timestamp($1) AND at < to_timestamp($2)`,
      [from, to],
    )
    await seeded.recorder.query(
      `INSERT INTO deployments (at, service, version, previous_version, source, by)
       VALUES (to_timestamp($1), 'memory', '1.4.2', '1.4.1', 'api', 'ada')`,
      [seeded.newest - 1_000],
    )
    const { exitCode, stdout, stderr } = await mnemoscope(folder.path, [
      ...['report', '--html', '--hours', '2', '--url', seeded.recorder.url],
    ])
    if (exitCode !== 0) throw new Error(stderr)
    writeFileSync(file, stdout)
  }

  test('breaks its lines there, as the page does, with the same charts', async () => {
    await makeReport()
    await seeded.withPage('about:blank', {}, async (page) => {
      await page.goto(`file://${file}`)
      const report = await drawn(page, 'figure')
      expect(report.breaks).toBeGreaterThan(0)
      expect(report.letters).toContain('A')
      expect(await page.getByText('A', { exact: true }).first().isVisible()).toBe(true)
      await openPage(page, `${seeded.recorder.url}/?hours=2`)
      expect(await drawn(page, '.chart:not([hidden])')).toEqual(report)
    })
  })

  test.each([
    ['report-light', { colorScheme: 'light', viewport: { width: 1_100, height: 900 } }],
    ['report-dark', { colorScheme: 'dark', viewport: { width: 1_100, height: 900 } }],
    ['report-narrow', { colorScheme: 'light', viewport: { width: 360, height: 740 } }],
  ] satisfies [string, BrowserContextOptions][])('can be read without the network: %s', (name, options) =>
    seeded.withPage('about:blank', { ...options, offline: true }, async (page) => {
      const asked: string[] = []
      page.on('request', (request) => asked.push(request.url()))
      await page.goto(`file://${file}`)
      expect(asked).toEqual([`file://${file}`])
      expect(await seriousViolations(page)).toEqual([])
      expect(await isWiderThanScreen(page)).toBe(false)
      await keepScreenshot(page, name)
    }),
  )

  test.each([
    ['report-month', { colorScheme: 'light', viewport: { width: 1_100, height: 900 } }],
    ['report-month-dark', { colorScheme: 'dark', viewport: { width: 360, height: 740 } }],
  ] satisfies [string, BrowserContextOptions][])(
    'of a month says which alerts deserve their name: %s',
    async (name, options) => {
      await seeded.recorder.query(
        `INSERT INTO alert_ratings (episode_id, rating, by)
       SELECT id, CASE WHEN id % 3 = 0 THEN 'noise' ELSE 'useful' END, 'ada' FROM alert_episodes WHERE id <= 30`,
      )
      const month = new Date(seeded.newest * 1_000).toISOString().slice(0, 7)
      const made = join(folder.path, 'month.html')
      const { exitCode, stderr } = await mnemoscope(folder.path, [
        ...['report', '--month', month, '--html', '--output', made, '--url', seeded.recorder.url],
        // Nothing listens there.
        ...['--prometheus-url', 'http://127.0.0.1:9'],
      ])
      expect([exitCode, stderr]).toEqual([0, ''])
      await seeded.withPage('about:blank', { ...options, offline: true }, async (page) => {
        await page.goto(`file://${made}`)
        const table = page.getByRole('region', { name: 'ALERT REVIEW' })
        const [rated] = await seeded.recorder.query<{ useful: string; all: string }>(
          `SELECT count(*) FILTER (WHERE rating = 'useful') AS useful, count(*) AS all FROM alert_outcomes
         WHERE rating IS NOT NULL AND date_trunc('month', "timestamp", 'UTC') = date_trunc('month', to_timestamp($1), 'UTC')`,
          [seeded.newest],
        )
        const all = await table.locator('tr', { hasText: 'all alerts' }).locator('td').allTextContents()
        expect(all).toContainEqual(expect.stringContaining(`(${rated?.useful} of ${rated?.all})`))
        await page.getByRole('heading', { name: 'THRESHOLDS NEVER CROSSED' }).waitFor()
        expect(await page.getByText('No suggestions: ').textContent()).toMatch(/No suggestions: .*\.$/)
        expect(await seriousViolations(page)).toEqual([])
        expect(await isWiderThanScreen(page)).toBe(false)
        await keepScreenshot(page, name)
      })
    },
  )

  test('is light on paper, also of a reader with a dark screen', () =>
    seeded.withPage('about:blank', { colorScheme: 'dark' }, async (page) => {
      await page.goto(`file://${file}`)
      const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor')
      expect(await background()).toBe('rgb(26, 29, 35)')
      await page.emulateMedia({ media: 'print' })
      expect(await background()).toBe('rgb(255, 255, 255)')
    }))
})

/** What the charts of a document have: their titles, lines, breaks in lines, and names of changes. */
function drawn(page: Page, chart: string) {
  return page.locator(chart).evaluateAll((figures) => {
    const paths = figures.map((figure) =>
      [...figure.querySelectorAll('path.line')].map((path) => path.getAttribute('d') ?? ''),
    )
    return {
      titles: figures.map((figure) => figure.querySelector('figcaption')?.firstChild?.textContent),
      lines: paths.map(({ length }) => length),
      breaks: paths.flat().reduce((sum, path) => sum + path.split('M').length - 2, 0),
      letters: figures.map((figure) => figure.querySelector('text[font-weight=bold]')?.textContent),
    }
  })
}
