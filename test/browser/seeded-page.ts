import { afterAll, beforeAll, expect } from '@jest/globals'
import type { ConfigInput } from '@mnemoscope/kpi'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { launchChromium, pageProblems } from '../harness/chromium.js'
import { startTogether } from '../harness/started.js'
import { chromium, describeInBrowser, openPage, seriousViolations } from './browser.js'
import { keyOf, keysOfReaders, readerNow } from './reader.js'
import { seedEpisodes, seedSnapshots } from './seed.js'
import { type SeededRecorder, startSeededRecorder } from './seeded-recorder.js'

/** A recorder over two hours of stored history, and a browser to look at its page. */
export interface SeededPage {
  readonly recorder: SeededRecorder
  /** Address of the page. */
  readonly url: string
  /** Newest instant, Unix seconds. */
  readonly newest: number
  /** Whether the reader may acknowledge, comment and so on. */
  readonly mayAcknowledge: boolean
  /** For requests of a program in the name of the reader, and of one that may do everything. */
  readonly headers: Readonly<Record<'reader' | 'all', Readonly<Record<string, string>>>>
  /** What the recorder answers at a path. */
  answerOf<Answer>(path: string): Promise<Answer>
  /** Opens a page at a path, or an empty one; afterwards the page must have had no errors. */
  withPage(path: string, options: BrowserContextOptions, work: (page: Page) => Promise<void>): Promise<void>
  /** Opens one that was left empty. @returns its errors */
  open(page: Page, path?: string): Promise<string[]>
}

/** What people reach the page through. */
export interface Way {
  /** Settings of the recorder for it. */
  readonly config: ConfigInput
  readonly trustProxies: readonly string[]
  /** Starts it. @returns the address of the page */
  start(recorder: string): Promise<{ url: string; stop(): Promise<void> }>
}

/**
 * A suite of tests that share one seeded recorder. Each test removes what it adds. Who reads the page: `reader.ts`.
 * @param choose what people reach it through. Default nothing
 */
export function describeSeeded(
  name: string,
  tests: (seeded: SeededPage) => void,
  choose?: () => Promise<Way>,
): void {
  const reader = readerNow()
  const key = keyOf(reader)
  const bearer = (text: string): Record<string, string> => ({ authorization: `Bearer ${text}` })
  const asReader = key === undefined ? {} : bearer(key)
  const keys = Object.values(keysOfReaders).map((each) => each.key)
  describeInBrowser(reader === 'anybody' ? name : `${name}, ${reader}`, () => {
    const address = (path = '') => `${through?.url ?? recorder.url}${path}`
    let newest: number
    let recorder: SeededRecorder
    let browser: Browser
    let through: { url: string; stop(): Promise<void> } | undefined

    const open = async (page: Page, path = '') => {
      const isSignedIn = (await page.context().cookies()).length > 0
      if (reader !== 'signed-out' || key === undefined || isSignedIn) return openPage(page, address(path))
      return openSignedOut(page, address(path), key)
    }

    beforeAll(async () => {
      const way = await choose?.()
      ;[recorder, browser] = await startTogether(
        startSeededRecorder(
          async (client) => {
            newest = Math.floor(Date.now() / 60_000) * 60
            await seedSnapshots(client, { newest, intervalSeconds: 60, instants: 120, series: 4 })
            await seedEpisodes(client, { newest, count: 70, open: 2, everySeconds: 100 })
            await client.query(
              `UPDATE snapshot_instants SET rows = 0, gap = 'prometheus_not_scraping' WHERE at = to_timestamp($1)`,
              [newest - 3_600],
            )
          },
          { ...way, ...(key === undefined ? {} : { keys: () => keys }) },
        ),
        'missing' in chromium ? Promise.reject(new Error(chromium.missing)) : launchChromium(chromium),
      )
      through = await way?.start(recorder.url)
    }, 120_000)

    afterAll(async () => {
      await browser?.close()
      await through?.stop()
      await recorder?.stop()
    }, 60_000)

    tests({
      get recorder() {
        return recorder
      },
      get url() {
        return through?.url ?? recorder.url
      },
      get newest() {
        return newest
      },
      mayAcknowledge: reader !== 'read-only',
      headers: { reader: asReader, all: key === undefined ? {} : bearer(keysOfReaders.all.text) },
      async answerOf<Answer>(path: string) {
        return (await (await fetch(address(path), { headers: asReader })).json()) as Answer
      },
      async withPage(path, options, work) {
        const context = await browser.newContext({ viewport: { width: 1_280, height: 900 }, ...options })
        try {
          if (key !== undefined && reader !== 'signed-out') await signIn(context, address(), key)
          const page = await context.newPage()
          const problems = path.startsWith('/') ? await open(page, path) : []
          await work(page)
          expect(problems).toEqual([])
        } finally {
          await context.close()
        }
      },
      open,
    })
  })
}

/** Signs a browser in as its page does. */
async function signIn(context: BrowserContext, url: string, key: string): Promise<void> {
  const headers = { authorization: `Bearer ${key}`, origin: new URL(url).origin }
  const response = await context.request.post(`${url}/api/session`, { headers })
  expect(response.status()).toBe(200)
}

/** Opens the page without a key, sees that it shows and hears nothing, and signs in there. */
async function openSignedOut(page: Page, url: string, key: string): Promise<string[]> {
  const problems = pageProblems(page)
  await page.goto(url)
  const field = page.locator('#sign-in-token')
  await field.waitFor({ state: 'visible' })
  expect(await page.locator('html[data-shown]').count()).toBe(0)
  expect(await page.locator('body').textContent()).not.toMatch(/model-\d|F1 score/)
  expect(await page.locator('#connection').textContent()).toBe('Signed out')
  expect(await seriousViolations(page)).toEqual([])
  expect(await isWiderThanScreen(page)).toBe(false)
  // Who closes the form finds it again.
  await page.locator('#sign-in-cancel').click()
  expect(await page.locator('#session-text').textContent()).toBe('Reading needs a token or key.')
  await page.locator('#session-sign-in').click()
  await field.fill(key)
  await page.locator('#sign-in-send').click()
  await page.locator('html[data-shown]').waitFor({ state: 'attached' })
  expect(await page.locator('#session').isHidden()).toBe(true)
  return problems
}

/** Status of a request that a script of the page sends, with the browser's cookie. */
export function statusOf(page: Page, path: string, body: object, method = 'POST'): Promise<number> {
  return page.evaluate(
    ([address, sent, how]) =>
      fetch(address, { method: how, headers: { 'content-type': 'application/json' }, body: sent }).then(
        ({ status }) => status,
      ),
    [path, JSON.stringify(body), method] as const,
  )
}

/** Whether something sticks out to the side. */
export function isWiderThanScreen(page: Page): Promise<unknown> {
  return page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth')
}
