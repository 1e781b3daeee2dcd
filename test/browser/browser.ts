import { mkdirSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe } from '@jest/globals'
import type { Page } from 'playwright-core'
import { findChromium } from '../harness/chromium.js'
import { repository } from '../harness/repository.js'

/** The Chromium of these tests; looked for once, when a suite is loaded. */
export const chromium = await findChromium()

if ('missing' in chromium) process.stderr.write(`skipped: tests of the page. ${chromium.missing}\n`)

/** A suite that needs a browser: skipped where there is none, with the reason printed. */
export const describeInBrowser = 'missing' in chromium ? describe.skip : describe

const artifacts = join(repository, '.mnemoscope', 'artifacts', 'browser')

/** Keeps what the page looks like. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  keepPicture(await page.screenshot({ fullPage: true }), name)
}

/** Keeps a picture for people to look at. */
export function keepPicture(bytes: Buffer, name: string): void {
  mkdirSync(artifacts, { recursive: true })
  writeFileSync(join(artifacts, `${name}.png`), bytes)
}

/** Opens the page and waits until everything has been drawn once. Errors of the page end up in `problems`. */
export async function openPage(page: Page, url: string): Promise<string[]> {
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => {
    // A recorder that is away makes requests fail; the page says so itself.
    const isRequest = message.text().startsWith('Failed to load resource')
    if (message.type() === 'error' && !isRequest) problems.push(message.text())
  })
  await page.goto(url)
  await page.locator('html[data-shown]').waitFor({ state: 'attached' })
  return problems
}

/** What axe finds of serious or critical impact, one line each. */
export async function seriousViolations(page: Page): Promise<string[]> {
  const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  // As an expression of the debugger, not as a script of the page, whose security policy allows none.
  await page.evaluate(source)
  const { violations } = (await page.evaluate("axe.run({ resultTypes: ['violations'] })")) as {
    violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[]
  }
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`))
}
