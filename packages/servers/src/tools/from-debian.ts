import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Apt, aptIn, dependenciesOf, unpack } from './apt.js'
import { wrapAlertmanager, wrapPrometheus } from './debian-build.js'
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
    if (findOnPath([command]) === undefined) throw new Error(`there is no ${command} here`)
  }
  await withIncoming(toolsDir, async (incoming) => {
    const tell = (message: string) => wanted.forEach((tool) => void onProgress({ tool, message }))
    // One run of apt for all: each costs it a second to read its lists.
    const packages = wanted.map((family) => families[family].debian)
    const first = { packages, folder: join(incoming, 'packages') }
    tell(`downloading Debian's package${packages.length > 1 ? 's' : ''} ${packages.join(' and ')}`)
    const apt = await aptIn(incoming, first, () => tell("fetching Debian's package lists"))
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
 * Prometheus' own pages use scripts and fonts that Debian keeps in packages of their own, linked by relative paths.
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
  const { stdout, stderr } = await promisify(execFile)(command, ['--help'])
  return `${stdout}${stderr}`
}
