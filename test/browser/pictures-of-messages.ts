import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { mnemoscope } from '../harness/command.js'
import { linkTools } from '../harness/link-tools.js'
import { temporaryFolder } from '../harness/temporary-folder.js'

const config = `import { defineConfig } from '@mnemoscope/kpi'
export default defineConfig({
  services: [{ name: 'demo', targets: ['127.0.0.1:9464'] }],
  endpoints: { page: 'https://memory.example', alertmanagerPage: 'https://alerts.example' },
})
`

/**
 * What `mnemoscope messages --html` shows of a new breach, all media side by side, and its mail alone, light and dark.
 * @returns pictures by the names that they have in docs/images
 */
export async function picturesOfMessages(browser: Browser): Promise<Map<string, Buffer>> {
  const folder = temporaryFolder('messages')
  const pictures = new Map<string, Buffer>()
  try {
    linkTools(folder.path)
    writeFileSync(join(folder.path, 'mnemoscope.config.ts'), config)
    const { exitCode, stderr } = await mnemoscope(folder.path, ['messages', '--html', 'messages.html'])
    if (exitCode !== 0) throw new Error(stderr)
    const html = readFileSync(join(folder.path, 'messages.html'), 'utf8')
    for (const colorScheme of ['light', 'dark'] as const) {
      const suffix = colorScheme === 'light' ? '' : '-dark'
      const context = await browser.newContext({ colorScheme, viewport: { width: 1_440, height: 900 } })
      const page = await context.newPage()
      await page.setContent(html)
      pictures.set(`messages${suffix}`, await page.locator('section').first().screenshot())
      const mail = await page.locator('iframe[title="E-mail: new"]').getAttribute('srcdoc')
      await page.setViewportSize({ width: 640, height: 340 })
      await page.setContent(mail ?? '')
      pictures.set(`mail${suffix}`, await page.screenshot({ fullPage: true }))
      await context.close()
    }
  } finally {
    folder.remove()
  }
  return pictures
}
