import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { aptIn, unpackAll } from '../../packages/servers/src/tools/apt.js'
import { renameIntoPlace, withIncoming } from '../../packages/servers/src/tools/incoming.js'
import { findOnPath } from '../../packages/servers/src/tools/program.js'
import { toolsDir } from './repository.js'

/** A Chromium that can be started. */
export interface ChromiumProgram {
  readonly command: string
  readonly env: Readonly<Record<string, string>>
}

const names = [
  'chromium',
  'chromium-headless-shell',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
]
/** Chromium without windows, and so without the libraries that draw them; and a font, which it does not bring. */
const debianPackages = ['chromium-headless-shell', 'fonts-dejavu-core'] as const
const macApps = ['Chromium', 'Google Chrome'].map(
  (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
)

const flags = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Containers often have a small /dev/shm.
  '--disable-dev-shm-usage',
]

/**
 * Finds Chromium: on PATH, as an app of macOS, among what was fetched before, or in Debian's packages, which are
 * unpacked with the libraries and fonts that this machine lacks. Nothing is installed, no root is needed.
 * @returns why there is none, on machines where it can't be had
 */
export async function findChromium(
  folder = join(toolsDir, 'chromium'),
  searchPath = process.env.PATH ?? '',
): Promise<ChromiumProgram | { readonly missing: string }> {
  const installed = findOnPath(names, searchPath) ?? macApps.find((app) => existsSync(app))
  if (installed !== undefined) return { command: installed, env: {} }
  if (!existsSync(folder)) {
    const tool = ['apt-get', 'dpkg-deb'].find((name) => findOnPath([name]) === undefined)
    if (tool !== undefined)
      return { missing: `Chromium is not installed, and there is no ${tool} to fetch it` }
    try {
      await fetchFromDebian(folder)
    } catch (error) {
      return { missing: `Chromium is not installed, and could not be fetched: ${(error as Error).message}` }
    }
  }
  return unpacked(folder)
}

/** Starts Chromium without a window. */
export function launchChromium({ command, env }: ChromiumProgram): Promise<Browser> {
  return chromium.launch({
    executablePath: command,
    // Chromium's sandbox refuses to run as root; containers of CI are root.
    args: process.getuid?.() === 0 ? ['--no-sandbox', ...flags] : flags,
    env: { ...(process.env as Record<string, string>), ...env },
  })
}

async function fetchFromDebian(folder: string): Promise<void> {
  await withIncoming(toolsDir, async (incoming) => {
    const debs = join(incoming, 'debs')
    const note = (text: string) => process.stderr.write(`  fetching Chromium from Debian: ${text}\n`)
    note('about 70 MB, once')
    const [shell] = debianPackages
    const apt = await aptIn(incoming, { packages: debianPackages, folder: debs }, () => note('package lists'))
    const others = (await apt.missingFor(shell)).filter((name) => !new Set<string>(debianPackages).has(name))
    if (others.length > 0) await apt.download(others, debs)
    const finished = join(incoming, 'chromium')
    await unpackAll(debs, finished)
    renameIntoPlace(finished, folder)
  })
}

function unpacked(folder: string): ChromiumProgram {
  const fonts = join(folder, 'fonts.conf')
  // A machine without fontconfig has no list of where fonts lie; without fonts Chromium draws no text.
  writeFileSync(
    fonts,
    `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${folder}/usr/share/fonts</dir><dir>/usr/share/fonts</dir></fontconfig>
`,
  )
  const libraries = ['usr/lib', 'lib'].flatMap((parent) => libraryFolders(join(folder, parent)))
  return {
    command: join(folder, 'usr/lib/chromium', debianPackages[0]),
    env: { LD_LIBRARY_PATH: libraries.join(':'), FONTCONFIG_FILE: fonts },
  }
}

/**
 * Where Debian's packages keep libraries: a folder named after the machine, such as x86_64-linux-gnu, and those of its
 * subfolders that hold libraries of one program (`nss`, `pulseaudio`). The latter are found at run time by absolute
 * paths, which an unpacked package does not have.
 */
function libraryFolders(parent: string): string[] {
  if (!existsSync(parent)) return []
  const machines = readdirSync(parent).filter((name) => name.includes('-linux-gnu'))
  return machines.flatMap((name) => {
    const machine = join(parent, name)
    const inside = readdirSync(machine, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    const folders = inside.map((entry) => join(machine, entry.name))
    return [machine, ...folders.filter((folder) => readdirSync(folder).some(isLibrary))]
  })
}

const isLibrary = (name: string) => /^lib.*\.so(\.|$)/.test(name)

/** Errors of a page from now on. */
export function pageProblems(page: Page): string[] {
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => {
    // A recorder that is away makes requests fail; the page says so itself.
    const isRequest = message.text().startsWith('Failed to load resource')
    if (message.type() === 'error' && !isRequest) problems.push(message.text())
  })
  return problems
}

/** Opens the page and waits until everything has been drawn once. Errors of the page end up in `problems`. */
export async function openPage(page: Page, url: string): Promise<string[]> {
  const problems = pageProblems(page)
  await page.goto(url)
  await page.locator('html[data-shown]').waitFor({ state: 'attached' })
  return problems
}
