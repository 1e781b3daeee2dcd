import { mkdirSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe } from '@jest/globals'
import type { Page } from 'playwright-core'
import { findChromium } from '../harness/chromium.js'
import { repository } from '../harness/repository.js'

export { openPage } from '../harness/chromium.js'

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
