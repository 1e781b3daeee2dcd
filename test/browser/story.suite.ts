import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Monitor, startMonitoring } from '@mnemoscope/instrumentation'
import { defineConfig } from '@mnemoscope/kpi'
import type { Browser, Page } from 'playwright-core'
import { launchChromium } from '../harness/chromium.js'
import { eventually, type Stack, startStack, startTogether } from '../harness/index.js'
import { chromium, describeInBrowser, keepScreenshot, openPage } from './browser.js'

const kpis = { f1_score: { operations: 2 } } as const
const settings = { contextSizes: [8_192, 32_768], kpis, dashboard: { refreshInterval: '1s' } } as const

describeInBrowser('the page, while a real pipeline runs', () => {
  let monitor: Monitor
  let stack: Stack
  let browser: Browser
  let page: Page
  let problems: string[]
  let recording: NodeJS.Timeout | undefined
  let f1 = 0.93

  beforeAll(async () => {
    monitor = await startMonitoring({ service: 'memory', port: 0, config: defineConfig(settings) })
    ;[stack, browser] = await startTogether(
      startStack(new URL(monitor.url as string).host, settings),
      'missing' in chromium ? Promise.reject(new Error(chromium.missing)) : launchChromium(chromium),
    )
    page = await browser.newPage({ viewport: { width: 1_280, height: 900 } })
    problems = await openPage(page, stack.recorder)
    // Lost if the page is ever loaded again.
    await page.evaluate(() => Object.assign(globalThis, { neverReloaded: true }))
  }, 120_000)

  afterAll(async () => {
    clearInterval(recording)
    await browser?.close()
    await monitor?.stop()
    await stack?.stop()
  }, 60_000)

  test('guides a first run: says what is there, what is missing and what to do', async () => {
    for (const step of ['✓ Postgres answers', '✓ Prometheus answers', '○ A service reports its KPIs'])
      await page.locator('#guide', { hasText: step }).waitFor()
    const guide = await page.locator('#guide').textContent()
    expect(guide).toContain('mnemoscope up applies the edit by itself')
    await keepScreenshot(page, 'first-run')
  }, 60_000)

  test('shows live data as soon as a service reports, without being loaded again', async () => {
    const failing = monitor.for({ model: 'mistral-7b', contextSize: 8_000, operation: 'search' })
    const healthy = monitor.for({ model: 'mixtral-8x7b', contextSize: 32_768, operation: 'search' })
    recording = setInterval(() => {
      failing.operation({ f1_score: f1, latency: 0.5, token_usage: 1_200 })
      healthy.operation({ f1_score: 0.91, latency: 0.7, token_usage: 2_400 })
    }, 100)
    await page.locator('#newest th', { hasText: 'mistral-7b' }).waitFor()
    await cellOf('mistral-7b').locator('data').waitFor()
    expect(await cellOf('mistral-7b').locator('data').textContent()).toBe('0.930')
    await page.locator('#overall-status', { hasText: 'All KPIs within their thresholds' }).waitFor()
    await page.locator('#connection', { hasText: 'Live' }).waitFor()
    await page.locator('#chart-f1_score svg').waitFor()
  }, 60_000)

  test('a fault turns its KPI red and its alert appears: which model, which KPI, how bad, since when, what to do', async () => {
    // A past to compare with.
    await eventually('some healthy snapshots', async () => {
      const [row] = await stack.query<{ count: number }>(
        `SELECT count(*)::int FROM snapshots JOIN series ON id = series_id
         WHERE kpi = 'f1_score' AND model = 'mistral-7b' AND value IS NOT NULL`,
      )
      return (row?.count ?? 0) >= 5
    })
    f1 = 0.61
    await critical().waitFor({ timeout: 60_000 })
    await cellOf('mistral-7b').and(page.locator('.level-critical')).waitFor({ timeout: 30_000 })
    const card = await critical().textContent()
    expect(card).toContain('F1 score of mistral-7b')
    expect(card).toContain('8k context')
    // With its day, once that is over.
    expect(card).toMatch(/since (\d\d:\d\d:\d\d|\d+ \w+ \d\d:\d\d) UTC/)
    expect(card).toContain('≤ 0.7')
    await critical()
      .locator('.changes', { hasText: /F1 score went from 0\.\d+ to 0\.\d+ \(−\d+ %, worse\)/ })
      .waitFor({ timeout: 30_000 })
    expect(await critical().locator('a', { hasText: 'runbook' }).getAttribute('href')).toMatch(
      /f1-score\.md$/,
    )
    await page.locator('#overall-status', { hasText: /critical.*F1 score of mistral-7b/is }).waitFor()
    expect(await page.title()).toMatch(/^Critical/)
    expect(await cellOf('mixtral-8x7b').getAttribute('class')).toContain('level-ok')
    await keepScreenshot(page, 'fault')
  }, 120_000)

  test('an alert is acknowledged by keyboard alone, for everybody to see', async () => {
    await critical().locator('button', { hasText: 'Acknowledge' }).focus()
    await page.keyboard.press('Enter')
    await page.keyboard.type('night shift')
    await page.keyboard.press('Tab')
    await page.keyboard.type('looking at the index')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page
      .locator('.acknowledgement', { hasText: /Acknowledged by night shift at .*looking at the index/ })
      .waitFor()
    const [stored] = await stack.query(
      `SELECT by, comment, severity FROM alert_acknowledgements JOIN alert_episodes ON alert_episodes.id = episode_id
       WHERE severity = 'critical'`,
    )
    expect(stored).toEqual({ by: 'night shift', comment: 'looking at the index', severity: 'critical' })
  }, 60_000)

  test('when the fault ends the alert leaves, and history keeps it with who was at it', async () => {
    f1 = 0.95
    await page.locator('#firing-none').waitFor({ timeout: 60_000 })
    const row = page.locator('#history tr', { hasText: 'critical' })
    await eventually('the end in the history', async () => !(await row.textContent())?.includes('firing'))
    expect(await row.textContent()).toMatch(
      /F1 score of mistral-7b[\s\S]*0\.\d{3}[\s\S]*0\.7[\s\S]*night shift/,
    )
    await keepScreenshot(page, 'after-the-fault')
  }, 90_000)

  test('all that without a reload and without an error', async () => {
    expect(await page.evaluate('neverReloaded')).toBe(true)
    expect(problems).toEqual([])
  })

  /** The card of the alert; on a machine that is slow the pipeline may have alerts of its own to tell. */
  function critical() {
    return page.locator('.alert.level-critical')
  }

  function cellOf(model: string) {
    return page.locator('#newest tr', { hasText: model }).locator('[data-column="F1 score"]')
  }
})
