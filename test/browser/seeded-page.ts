import { afterAll, beforeAll, expect } from '@jest/globals'
import type { ConfigInput } from '@mnemoscope/kpi'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { launchChromium } from '../harness/chromium.js'
import { startTogether } from '../harness/started.js'
import { chromium, describeInBrowser, openPage } from './browser.js'
import { seedEpisodes, seedSnapshots } from './seed.js'
import { type SeededRecorder, startSeededRecorder } from './seeded-recorder.js'

/** A recorder over two hours of stored history, and a browser to look at its page. */
export interface SeededPage {
  readonly recorder: SeededRecorder
  /** Address of the page. */
  readonly url: string
  /** Newest instant, Unix seconds. */
  readonly newest: number
  /** What the recorder answers at a path. */
  answerOf<Answer>(path: string): Promise<Answer>
  /** Opens a page at a path, or an empty one; afterwards the page must have had no errors. */
  withPage(path: string, options: BrowserContextOptions, work: (page: Page) => Promise<void>): Promise<void>
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
 * A suite of tests that share one seeded recorder. Each test removes what it adds.
 * @param choose what people reach it through. Default nothing
 */
export function describeSeeded(
  name: string,
  tests: (seeded: SeededPage) => void,
  choose?: () => Promise<Way>,
): void {
  describeInBrowser(name, () => {
    let newest: number
    let recorder: SeededRecorder
    let browser: Browser
    let through: { url: string; stop(): Promise<void> } | undefined

    beforeAll(async () => {
      const way = await choose?.()
      ;[recorder, browser] = await startTogether(
        startSeededRecorder(async (client) => {
          newest = Math.floor(Date.now() / 60_000) * 60
          await seedSnapshots(client, { newest, intervalSeconds: 60, instants: 120, series: 4 })
          await seedEpisodes(client, { newest, count: 70, open: 2, everySeconds: 100 })
          await client.query(
            `UPDATE snapshot_instants SET rows = 0, gap = 'prometheus_not_scraping' WHERE at = to_timestamp($1)`,
            [newest - 3_600],
          )
        }, way),
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
      async answerOf<Answer>(path: string) {
        return (await (await fetch(`${through?.url ?? recorder.url}${path}`)).json()) as Answer
      },
      async withPage(path, options, work) {
        const context = await browser.newContext({ viewport: { width: 1_280, height: 900 }, ...options })
        try {
          const page = await context.newPage()
          const problems = path.startsWith('/')
            ? await openPage(page, `${through?.url ?? recorder.url}${path}`)
            : []
          await work(page)
          expect(problems).toEqual([])
        } finally {
          await context.close()
        }
      },
    })
  })
}

/** Whether something sticks out to the side. */
export function isWiderThanScreen(page: Page): Promise<unknown> {
  return page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth')
}
