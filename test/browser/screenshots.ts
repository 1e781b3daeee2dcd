import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { launchChromium } from '../harness/chromium.js'
import { mnemoscope, startUp, type Up } from '../harness/command.js'
import { eventually } from '../harness/eventually.js'
import { linkTools } from '../harness/link-tools.js'
import { repository } from '../harness/repository.js'
import { temporaryFolder } from '../harness/temporary-folder.js'
import { chromium, describeInBrowser, openPage } from './browser.js'
import { picturesOfMessages } from './pictures-of-messages.js'

const images = join(repository, 'docs', 'images')
/** Pictures of a README are loaded by everybody who opens it. */
const mostBytes = 200_000
/** Long enough that trends have a shape. */
const healthyMs = 240_000

const config = `import { defineConfig } from '@mnemoscope/kpi'
export default defineConfig({
  contextSizes: [8_192, 32_768, 131_072],
  services: [{ name: 'demo', targets: ['127.0.0.1:9464'] }],
})
`

describeInBrowser('pictures of the page, from a real run of the demo', () => {
  const folder = temporaryFolder('screenshots')
  let up: Up
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    if ('missing' in chromium) throw new Error(chromium.missing)
    writeFileSync(join(folder.path, 'mnemoscope.config.ts'), config)
    linkTools(folder.path)
    up = await startUp(folder.path, ['--demo', '--ports', 'auto'])
    browser = await launchChromium(chromium)
    page = await browser.newPage({ viewport: { width: 1_280, height: 960 } })
  }, 180_000)

  afterAll(async () => {
    await browser?.close()
    await up?.end('SIGINT')
    folder.remove()
  }, 60_000)

  test('healthy', async () => {
    const since = Date.now()
    await openPage(page, /http:\S+\/sign-in\?code=\S+/.exec(up.output())?.[0] ?? up.run.recorder)
    await page.locator('#newest td data').first().waitFor({ timeout: 120_000 })
    await eventually('enough history', () => Date.now() - since > healthyMs, { withinMs: healthyMs + 5_000 })
    await page.locator('#overall-status.level-ok').waitFor({ timeout: 60_000 })
    await picture('page-healthy', { width: 1_280, height: 960 })
  }, 900_000)

  test('the story of a fault', async () => {
    expect((await mnemoscope(folder.path, ['demo', '--fault', 'recall'])).exitCode).toBe(0)
    await page.locator('.alert.level-critical .changes').first().waitFor({ timeout: 180_000 })
    // By now the values have gone all the way down, and the cards say so.
    await page.locator('#chart-f1_score .chart-note', { hasText: '9 alerts' }).waitFor({ timeout: 120_000 })
    await acknowledgeFirst(page)
    await eventually('the fall in the charts', async () => Date.now() - (await oldestAlert()) > 90_000, {
      withinMs: 180_000,
    })
    await page.mouse.move(0, 0)
    await picture('page-fault', { width: 1_280, height: 900 })
    await page.emulateMedia({ colorScheme: 'dark' })
    await picture('page-fault-dark', { width: 1_280, height: 900 })
    await page.emulateMedia({ colorScheme: 'light' })
    await picture('page-phone', { width: 360, height: 740 })
  }, 600_000)

  test('messages', async () => {
    for (const [name, bytes] of await picturesOfMessages(browser)) {
      writeFileSync(join(images, `${name}.png`), bytes)
      expect(bytes.length).toBeLessThan(mostBytes)
    }
  }, 60_000)

  async function oldestAlert(): Promise<number> {
    const times = await page
      .locator('.alert .since time')
      .evaluateAll((all) => all.map((time) => Date.parse(time.getAttribute('datetime') ?? '')))
    return Math.min(...times)
  }

  async function picture(name: string, viewport: { width: number; height: number }): Promise<void> {
    await page.setViewportSize(viewport)
    await page.evaluate('scrollTo(0, 0)')
    // Charts follow the width in the frame after it changed.
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
    const bytes = await page.screenshot({ path: join(images, `${name}.png`) })
    expect(bytes.length).toBeLessThan(mostBytes)
  }
})

async function acknowledgeFirst(page: Page): Promise<void> {
  await page.locator('.alert button', { hasText: 'Acknowledge' }).first().click()
  await page.locator('#acknowledge-by').fill('night shift')
  await page.locator('#acknowledge-comment').fill('part of the index is gone, rebuilding it')
  await page.locator('#acknowledge-send').click()
  await page.locator('.acknowledgement', { hasText: 'Acknowledged by night shift' }).first().waitFor()
}
