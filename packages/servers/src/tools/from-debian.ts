import { execFile } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { childEnvironment } from '../process/environment.js'
import { type Apt, aptIn, dependenciesOf, unpack } from './apt.js'
import { renameIntoPlace, withIncoming } from './incoming.js'
import { findOnPath } from './program.js'
import { type Family, families, type OnToolProgress } from './tool.js'

/** The folder below the tools directory that a Debian package is unpacked to. */
export function debianFolder(family: Family): string {
  return `${family}-debian`
}

/**
 * Fetches Debian's (or Ubuntu's) packages and unpacks them into the tools directory. Needs no root, installs
 * nothing, starts no service. Throws a plain error saying why it could not.
 */
export async function fetchDebian(
  wanted: readonly Family[],
  toolsDir: string,
  onProgress: OnToolProgress,
): Promise<void> {
  for (const command of ['apt-get', 'dpkg-deb']) {
    if (findOnPath([command]) === undefined) throw new Error(`${command} is not on PATH`)
  }
  await withIncoming(toolsDir, async (incoming) => {
    const report = (message: string) => wanted.forEach((tool) => void onProgress({ tool, message }))
    // One run of apt for all: each costs it a second to read its lists.
    const packages = wanted.map((family) => families[family].debian)
    const first = { packages, folder: join(incoming, 'packages') }
    report(`downloading Debian's package${packages.length > 1 ? 's' : ''} ${packages.join(' and ')}`)
    const apt = await aptIn(incoming, first, () => report("fetching Debian's package lists"))
    await Promise.all(
      wanted.map(async (family) => {
        const own = readdirSync(first.folder).filter((file) => file.startsWith(`${families[family].debian}_`))
        const debs = own.map((file) => join(first.folder, file))
        const unpacked = join(incoming, family)
        onProgress({ tool: family, message: 'unpacking' })
        if (family === 'alertmanager') {
          await unpack(debs, unpacked)
          wrapAlertmanager(unpacked)
        } else {
          const [assets] = await Promise.all([
            pageAssets(apt, debs, join(incoming, 'assets')),
            unpack(debs, unpacked),
          ])
          await unpack(assets, unpacked)
          wrapPrometheus(unpacked, await helpOf(join(unpacked, 'usr/bin/prometheus')))
        }
        renameIntoPlace(unpacked, join(toolsDir, debianFolder(family)))
      }),
    )
  })
}

/**
 * Prometheus' web pages use scripts and fonts that Debian keeps in separate packages, linked by relative paths.
 * @returns the downloaded packages
 */
async function pageAssets(apt: Apt, debs: readonly string[], folder: string): Promise<string[]> {
  const have = new Set<string>()
  const below = () => readdirSync(folder).map((file) => join(folder, file))
  for (let files = [...debs]; ; files = below()) {
    const named = (await Promise.all(files.map(dependenciesOf))).flat()
    const missing = [...new Set(named)].filter((name) => /^(libjs|fonts)-/.test(name) && !have.has(name))
    if (missing.length === 0) return have.size === 0 ? [] : below()
    await apt.download(missing, folder)
    for (const name of missing) have.add(name)
  }
}

async function helpOf(command: string): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(command, ['--help'], { env: childEnvironment() })
  return `${stdout}${stderr}`
}

/** Debian's builds look for their files below /usr/share; a script must lead them to where they are unpacked. */
const programs = 'usr/bin'

/** Debian's Prometheus has an extra flag for the folder of its web pages; promtool needs nothing. */
export function wrapPrometheus(folder: string, help: string): void {
  const pages = help.includes('--web.local-assets')
    ? ` --web.local-assets="$here/usr/share/prometheus/web/"`
    : ''
  writeScript(folder, 'prometheus', [`exec "$here/${programs}/prometheus"${pages} "$@"`])
  writeScript(folder, 'promtool', [`exec "$here/${programs}/promtool" "$@"`])
}

/** Where Debian's Alertmanager opens `default.tmpl`, without which it does not start; no flag changes it. */
const templates = '/usr/share/prometheus/alertmanager'

/** The same number of bytes, so that nothing else in the program moves: a folder opened as descriptor 9. */
const throughDescriptor = '/proc/self/fd/9/./././././././././'

/**
 * Leads Alertmanager to the templates in its own package: in the unpacked copy the path is replaced by one through a
 * file descriptor, which the script that starts it opens. So it runs from any working directory and
 * nothing is written outside the tools directory. A build without that path is left as it is.
 */
export function wrapAlertmanager(folder: string): void {
  const program = join(folder, programs, 'prometheus-alertmanager')
  const bytes = readFileSync(program)
  for (let at = bytes.indexOf(templates); at !== -1; at = bytes.indexOf(templates, at + 1)) {
    bytes.write(throughDescriptor, at, 'latin1')
  }
  writeFileSync(program, bytes)
  const open = existsSync(join(folder, templates)) ? [`exec 9<"$here${templates}"`] : []
  writeScript(folder, 'alertmanager', [...open, `exec "$here/${programs}/prometheus-alertmanager" "$@"`])
  writeScript(folder, 'amtool', [`exec "$here/${programs}/amtool" "$@"`])
}

function writeScript(folder: string, name: string, lines: readonly string[]): void {
  const path = join(folder, name)
  writeFileSync(path, `${['#!/bin/sh', 'here=$(dirname "$0")', ...lines].join('\n')}\n`)
  chmodSync(path, 0o755)
}
