import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Browser, BrowserContext } from 'playwright-core'
import { launchChromium } from '../harness/chromium.js'
import { mnemoscope, startUp, type Up } from '../harness/command.js'
import { eventually } from '../harness/eventually.js'
import { linkTools } from '../harness/link-tools.js'
import { temporaryFolder } from '../harness/temporary-folder.js'
import { chromium, describeInBrowser, keepPicture } from './browser.js'
import { picturesOfMessages } from './pictures-of-messages.js'

interface Rendered {
  readonly kind: string
  readonly media: Readonly<Record<string, { readonly title: string; readonly body: string }>>
}

describeInBrowser('links of messages, on a real run with a breach', () => {
  const folder = temporaryFolder('message-links')
  let up: Up
  let browser: Browser
  let person: BrowserContext
  let links: string[]

  beforeAll(async () => {
    if ('missing' in chromium) throw new Error(chromium.missing)
    writeFileSync(join(folder.path, 'mnemoscope.config.ts'), configOf({}))
    linkTools(folder.path)
    up = await startUp(folder.path, ['--demo', '--ports', 'auto'])
    const pages = { page: up.run.recorder, alertmanagerPage: up.run.alertmanager }
    writeFileSync(join(folder.path, 'mnemoscope.config.ts'), configOf(pages))
    browser = await launchChromium(chromium)
    const password = readFileSync(up.run.serversPasswordFile, 'utf8').trim()
    person = await browser.newContext({ httpCredentials: { username: 'mnemoscope', password } })
    const page = await person.newPage()
    await page.goto(/http:\S+\/sign-in\?code=\S+/.exec(up.output())?.[0] ?? '')
    expect((await mnemoscope(folder.path, ['demo', '--fault', 'recall'])).exitCode).toBe(0)
    await page.locator('.alert.level-critical').first().waitFor({ timeout: 180_000 })
    const answer = await page.request.get(`${up.run.recorder}/api/episodes?state=open&level=critical`)
    const { episodes } = (await answer.json()) as { episodes: { id: number }[] }
    const real = await rendered(['--episode', String(episodes[0]?.id)])
    links = linksOf([...real, ...(await rendered([]))])
  }, 400_000)

  afterAll(async () => {
    await browser?.close()
    await up?.end('SIGINT')
    folder.remove()
  }, 60_000)

  test('every address in every message of every medium answers 200', async () => {
    // The page at the alerts, runbooks, and a silence that is filled in.
    expect(links.length).toBeGreaterThanOrEqual(4)
    const answers: Record<string, number | undefined> = {}
    for (const link of links) {
      const page = await person.newPage()
      answers[link] = (await page.goto(link))?.status()
      await page.close()
    }
    expect(Object.entries(answers).filter(([, status]) => status !== 200)).toEqual([])
  }, 120_000)

  test('the page opens at the alerts of the message', async () => {
    const page = await person.newPage()
    await page.goto(links.find((link) => link.includes('?kpi=')) ?? '')
    await page.locator('.alert.level-critical', { hasText: 'F1 score' }).first().waitFor()
    // The list of services comes with the charts.
    await eventually(
      'the service as filter',
      async () => (await page.locator('#filter-service').inputValue()) === 'demo',
    )
    await page.close()
  }, 60_000)

  test('the silence is filled in with what the message is about, and nothing else', async () => {
    // The form is filled in by Alertmanager's own page, which not every package of it has.
    const silence = links.find((link) => link.includes('#/silences/new')) ?? ''
    const filter = new URLSearchParams(silence.split('?')[1]).get('filter') ?? ''
    const matchers = filter.slice(1, -1).split(',')
    const query = matchers.map((matcher) => `filter=${encodeURIComponent(matcher)}`).join('&')
    const answer = await person.request.get(`${up.run.alertmanager}/api/v2/alerts?${query}`)
    const alerts = (await answer.json()) as { labels: Record<string, string> }[]
    expect(alerts.length).toBeGreaterThan(0)
    for (const { labels } of alerts) expect(labels).toMatchObject({ job: 'demo', kpi: 'f1_score' })
  })

  test('the page of all media and the mail are readable, light and dark', async () => {
    for (const [name, bytes] of await picturesOfMessages(browser)) {
      keepPicture(bytes, name)
      // Those in the docs are loaded by everybody who opens them.
      expect(bytes.length).toBeLessThan(200_000)
    }
  }, 60_000)

  async function rendered(args: readonly string[]): Promise<Rendered[]> {
    const { stdout } = await mnemoscope(folder.path, ['messages', '--json', ...args])
    return JSON.parse(stdout).messages
  }
})

function configOf(endpoints: object): string {
  return `import { defineConfig } from '@mnemoscope/kpi'
export default defineConfig({
  contextSizes: [8_192, 32_768, 131_072],
  services: [{ name: 'demo', targets: ['127.0.0.1:9464'] }],
  endpoints: ${JSON.stringify(endpoints)},
})
`
}

function linksOf(messages: readonly Rendered[]): string[] {
  const texts = messages.flatMap(({ media }) =>
    Object.values(media).map(({ title, body }) => `${title}\n${body}`),
  )
  const found = texts.flatMap((text) => text.match(/https?:\/\/[^\s"'<>|\])]+/g) ?? [])
  // As programs that find addresses in text take them.
  const cleaned = found.map((link) =>
    link
      .replaceAll('&amp;', '&')
      .replaceAll('\\_', '_')
      .replace(/[.,;:]+$/, ''),
  )
  return [...new Set(cleaned)]
}
