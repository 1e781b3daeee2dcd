import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { type ChromiumProgram, findChromium, launchChromium } from '../../harness/chromium.js'
import { temporaryFolder } from '../../harness/temporary-folder.js'

const status = '/var/lib/dpkg/status'

/** This machine's packages less all that its essential ones don't need: what a bare Debian has. */
function bareStatus(): string {
  const entries = new Map<string, string>()
  const providers = new Map<string, string>()
  const fieldOf = (entry: string, name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(entry)?.[1] ?? ''
  const namesIn = (list: string) => list.split(/[,|]/).map((item) => item.trim().split(/[\s:(]/)[0] ?? '')
  for (const entry of readFileSync(status, 'utf8').split('\n\n')) {
    const name = fieldOf(entry, 'Package')
    entries.set(name, entry)
    for (const provided of namesIn(fieldOf(entry, 'Provides'))) providers.set(provided, name)
  }
  const isEssential = (entry: string) => /^(Essential: yes|Priority: required)$/m.test(entry)
  const wanted = [...entries].filter(([, entry]) => isEssential(entry)).map(([name]) => name)
  // Iterating a set visits what is added on the way.
  const bare = new Set(wanted)
  for (const name of bare) {
    const entry = entries.get(name) ?? ''
    for (const needed of namesIn(`${fieldOf(entry, 'Depends')},${fieldOf(entry, 'Pre-Depends')}`)) {
      const present = entries.has(needed) ? needed : providers.get(needed)
      if (present !== undefined) bare.add(present)
    }
  }
  return [...bare].map((name) => entries.get(name)).join('\n\n')
}

describe('on a Debian without Chromium', () => {
  const folder = temporaryFolder('chromium')
  const before = process.env.APT_CONFIG

  afterAll(() => {
    if (before === undefined) delete process.env.APT_CONFIG
    else process.env.APT_CONFIG = before
    rmSync(folder.path, { recursive: true, force: true })
  })

  test('it is fetched with its libraries and fonts, starts without being installed, and draws text', async () => {
    const bare = join(folder.path, 'status')
    writeFileSync(bare, `${bareStatus()}\n`)
    writeFileSync(join(folder.path, 'apt.conf'), `Dir::State::status "${bare}";\n`)
    process.env.APT_CONFIG = join(folder.path, 'apt.conf')
    const found = await findChromium(join(folder.path, 'tools'), '')
    expect(found).not.toHaveProperty('missing')
    const program = found as ChromiumProgram
    expect(program.command.startsWith(folder.path)).toBe(true)

    const browser = await launchChromium(program)
    const page = await browser.newPage()
    await page.setContent('<b style="font: 20px sans-serif">MMMM</b>')
    const wide = await page.locator('b').evaluate((node) => node.getBoundingClientRect().width)
    await browser.close()
    expect(wide).toBeGreaterThan(40)
  }, 300_000)
})
