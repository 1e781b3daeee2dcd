import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Key, newKey } from '@mnemoscope/recorder'
import type { Browser, Page } from 'playwright-core'
import { launchChromium, pageProblems } from '../harness/chromium.js'
import { startTogether } from '../harness/started.js'
import { chromium, describeInBrowser, keepScreenshot, seriousViolations } from './browser.js'
import { keysOfReaders } from './reader.js'
import { seedEpisodes, seedSnapshots } from './seed.js'
import { statusOf } from './seeded-page.js'
import { type SeededRecorder, startSeededRecorder } from './seeded-recorder.js'

const limited = newKey({ name: 'memory-team', scopes: ['read', 'acknowledge'], services: ['memory'] })
const sender = newKey({ name: 'alertmanager', scopes: ['write:alerts'] })

// The whole suite of the page as each reader: `npm run test:browser`.
describeInBrowser('signing in on the page', () => {
  let recorder: SeededRecorder
  let browser: Browser
  let keys: Key[]

  beforeAll(async () => {
    keys = [...Object.values(keysOfReaders), limited, sender].map(({ key }) => key)
    const newest = Math.floor(Date.now() / 60_000) * 60
    ;[recorder, browser] = await startTogether(
      startSeededRecorder(
        async (client) => {
          await seedSnapshots(client, { newest, intervalSeconds: 60, instants: 5, series: 2 })
          await seedEpisodes(client, { newest, count: 4, open: 2, everySeconds: 100 })
        },
        { keys: () => keys },
      ),
      'missing' in chromium ? Promise.reject(new Error(chromium.missing)) : launchChromium(chromium),
    )
  }, 120_000)

  afterAll(async () => {
    await browser?.close()
    await recorder?.stop()
  }, 60_000)

  async function withPage(work: (page: Page) => Promise<void>): Promise<void> {
    const context = await browser.newContext()
    try {
      const page = await context.newPage()
      const problems = pageProblems(page)
      await page.goto(recorder.url)
      await page.locator('#sign-in-token').waitFor({ state: 'visible' })
      await work(page)
      expect(problems).toEqual([])
    } finally {
      await context.close()
    }
  }

  async function signIn(page: Page, key: string): Promise<void> {
    await page.locator('#sign-in-token').fill(key)
    await page.locator('#sign-in-send').click()
  }

  const isShown = (page: Page) => page.locator('html[data-shown]').waitFor({ state: 'attached' })
  const buttons = (page: Page) => page.locator('.alert .for-acknowledge:visible').count()

  test('a key that may only read sees everything and changes nothing on the page, until another one signs in', () =>
    withPage(async (page) => {
      await signIn(page, keysOfReaders.read.text)
      await isShown(page)
      expect(await page.locator('.alert').count()).toBe(2)
      expect(await buttons(page)).toBe(0)
      const line = page.locator('#session-text')
      expect(await line.textContent()).toBe(
        '"viewer" may only read: sign in with a key that may acknowledge.',
      )
      const id = await page.locator('.alert').first().getAttribute('data-episode')
      const statuses = [
        await statusOf(page, `api/episodes/${id}/acknowledge`, { by: 'ann' }),
        await statusOf(page, `api/episodes/${id}/rating`, { by: 'ann', rating: 'noise' }),
        await statusOf(page, 'api/incidents/1/comments', { by: 'ann', comment: 'x' }),
        await statusOf(page, 'api/config', { by: 'ann', patch: { incidents: { within: '1m' } } }, 'PUT'),
      ]
      expect(statuses).toEqual([403, 403, 403, 403])
      const [stored] = await recorder.query<{ rows: number }>(
        `SELECT ((SELECT count(*) FROM alert_acknowledgements) + (SELECT count(*) FROM alert_ratings)
           + (SELECT count(*) FROM config_changes WHERE source = 'api'))::int AS rows`,
      )
      expect(stored).toEqual({ rows: 0 })
      await page.locator('#session-sign-in').click()
      await signIn(page, keysOfReaders.all.text)
      await line.waitFor({ state: 'hidden' })
      expect(await buttons(page)).toBe(6)
    }))

  test.each([
    [
      'limited to a service',
      limited.text,
      '"memory-team" is limited to memory, and this page shows all services: sign in with a key that has no limit.',
    ],
    ['for alerts alone', sender.text, '"alertmanager" may not read: sign in with a key that may.'],
    ['that is not known', 'mnk_wrong', 'the recorder does not know it.'],
  ])('a key %s is told so, and signs nobody in', (name, key, why) =>
    withPage(async (page) => {
      await signIn(page, key)
      const error = page.locator('#sign-in-error', { hasText: 'Not signed in' })
      await error.waitFor()
      expect(await error.textContent()).toBe(`Not signed in: ${why}`)
      expect(await page.context().cookies()).toEqual([])
      expect(await page.locator('html[data-shown]').count()).toBe(0)
      expect(await seriousViolations(page)).toEqual([])
      await keepScreenshot(page, `sign-in ${name}`)
    }),
  )

  test('a key that is revoked while its page is open leaves what is shown, called old, and asks for another', () =>
    withPage(async (page) => {
      await signIn(page, keysOfReaders.read.text)
      await isShown(page)
      const before = keys
      keys = keys.filter(({ name }) => name !== 'viewer')
      try {
        await page.locator('#sign-in-token').waitFor({ state: 'visible' })
        expect(await page.locator('#connection').textContent()).toBe('Signed out')
        expect(await page.locator('#overall-status').textContent()).toContain('Unknown since')
        // Nothing more is asked while nobody signs in.
        const asked: string[] = []
        page.on('request', (request) => asked.push(request.url()))
        await new Promise((resolve) => setTimeout(resolve, 3_000))
        expect(asked).toEqual([])
        await signIn(page, keysOfReaders.all.text)
        await page.locator('#connection', { hasText: 'Live' }).waitFor()
        expect(await page.locator('#session').isHidden()).toBe(true)
      } finally {
        keys = before
      }
    }))
})
